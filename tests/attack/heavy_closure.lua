-- A function that captures 190 locals looks for each among the others.
local a0, a1, a2, a3, a4, a5, a6, a7, a8, a9
local function work()
  while true do
    local b0, b1, b2, b3, b4, b5, b6, b7, b8, b9
    local b10, b11, b12, b13, b14, b15, b16, b17, b18, b19
    local b20, b21, b22, b23, b24, b25, b26, b27, b28, b29
    local b30, b31, b32, b33, b34, b35, b36, b37, b38, b39
    local b40, b41, b42, b43, b44, b45, b46, b47, b48, b49
    local b50, b51, b52, b53, b54, b55, b56, b57, b58, b59
    local b60, b61, b62, b63, b64, b65, b66, b67, b68, b69
    local b70, b71, b72, b73, b74, b75, b76, b77, b78, b79
    local b80, b81, b82, b83, b84, b85, b86, b87, b88, b89
    local b90, b91, b92, b93, b94, b95, b96, b97, b98, b99
    local b100, b101, b102, b103, b104, b105, b106, b107, b108, b109
    local b110, b111, b112, b113, b114, b115, b116, b117, b118, b119
    local b120, b121, b122, b123, b124, b125, b126, b127, b128, b129
    local b130, b131, b132, b133, b134, b135, b136, b137, b138, b139
    local b140, b141, b142, b143, b144, b145, b146, b147, b148, b149
    local b150, b151, b152, b153, b154, b155, b156, b157, b158, b159
    local b160, b161, b162, b163, b164, b165, b166, b167, b168, b169
    while true do
      local f = function()
        return b0, b1, b2, b3, b4, b5, b6, b7, b8, b9,
          b10, b11, b12, b13, b14, b15, b16, b17, b18, b19,
          b20, b21, b22, b23, b24, b25, b26, b27, b28, b29,
          b30, b31, b32, b33, b34, b35, b36, b37, b38, b39,
          b40, b41, b42, b43, b44, b45, b46, b47, b48, b49,
          b50, b51, b52, b53, b54, b55, b56, b57, b58, b59,
          b60, b61, b62, b63, b64, b65, b66, b67, b68, b69,
          b70, b71, b72, b73, b74, b75, b76, b77, b78, b79,
          b80, b81, b82, b83, b84, b85, b86, b87, b88, b89,
          b90, b91, b92, b93, b94, b95, b96, b97, b98, b99,
          b100, b101, b102, b103, b104, b105, b106, b107, b108, b109,
          b110, b111, b112, b113, b114, b115, b116, b117, b118, b119,
          b120, b121, b122, b123, b124, b125, b126, b127, b128, b129,
          b130, b131, b132, b133, b134, b135, b136, b137, b138, b139,
          b140, b141, b142, b143, b144, b145, b146, b147, b148, b149,
          b150, b151, b152, b153, b154, b155, b156, b157, b158, b159,
          b160, b161, b162, b163, b164, b165, b166, b167, b168, b169
      end
    end
  end
end
return rehedge.policy {
  api = 1, name = "attack", version = "1.0.0",
  trigger = function(s, p, f) work() end,
  scale = function(s, p, f, lo, hi)
    return 0
  end,
}
