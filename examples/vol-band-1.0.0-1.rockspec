-- A template for publishing a bundle through LuaRocks: change names, versions and the address.
-- LuaRocks only carries the folder; rehedge loads it, modules included (docs/sharing.md).
rockspec_format = "3.0"
package = "vol-band"
version = "1.0.0-1"
source = {
  url = "git+https://example.org/you/vol-band.git",
  tag = "v1.0.0",
}
description = {
  summary = "A rehedge policy: a no-trade band that is wide when the market is calm.",
  license = "MIT",
  labels = { "rehedge", "rehedge-policy" },
}
dependencies = { "lua ~> 5.4" }
build = {
  type = "none",
  copy_directories = { "vol-band" },
}
