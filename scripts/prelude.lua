-- The part of `rehedge` that is written in Lua: combinators, functions that make a trigger of
-- triggers. Runs in every VM before the script, with its own globals; knows nothing about the host
-- but the two helpers it is given. A combinator passes on what the deciding trigger returned.
local duration_of, time_of = ...        -- text -> nanoseconds, or nil

local function fail(what, found)
  error(what .. ", found a " .. type(found), 0)
end

local function check_trigger(who, trigger)
  if type(trigger) ~= "function" then
    fail(who .. ": expected a trigger, function(s, p, f)", trigger)
  end
  return trigger
end

-- A copy, so that a list that is changed later changes nothing here.
local function check_list(who, triggers)
  if type(triggers) ~= "table" then fail(who .. ": expected a list of triggers", triggers) end
  local list = {}
  for i, trigger in ipairs(triggers) do list[i] = check_trigger(who, trigger) end
  if #list == 0 then error(who .. ": the list of triggers is empty", 0) end
  return list
end

local function wait_of(who, fixed, param, p)
  local wait = fixed or p[param]
  if math.type(wait) ~= "integer" then
    error(who .. ": the param '" .. param .. "' is no duration", 0)
  end
  return wait
end

-- Nanoseconds of a duration: a number, text such as "5s", or the name of a param that is one.
local function check_wait(who, wait)
  if type(wait) == "string" then return duration_of(wait), wait end
  if math.type(wait) ~= "integer" or wait < 0 then
    fail(who .. ": expected a duration such as \"5s\", the name of a param, or nanoseconds", wait)
  end
  return wait
end

local prelude = {}

function prelude.any(triggers)
  local list = check_list("rehedge.any", triggers)
  return function(s, p, f)
    for i = 1, #list do
      local fire, lo, hi = list[i](s, p, f)
      if fire then return fire, lo, hi end
    end
    return false
  end
end

function prelude.all(triggers)
  local list = check_list("rehedge.all", triggers)
  return function(s, p, f)
    local fire, lo, hi
    for i = 1, #list do
      fire, lo, hi = list[i](s, p, f)
      if not fire then return false end
    end
    return fire, lo, hi
  end
end

function prelude.never()
  return false
end

function prelude.cooldown(wait, trigger)
  local fixed, param = check_wait("rehedge.cooldown", wait)
  check_trigger("rehedge.cooldown", trigger)
  local fired                           -- when it last did
  return function(s, p, f)
    if fired and s.time - fired < wait_of("rehedge.cooldown", fixed, param, p) then return false end
    local fire, lo, hi = trigger(s, p, f)
    if fire then fired = s.time end
    return fire, lo, hi
  end
end

function prelude.after(start, trigger)
  local from = type(start) == "string" and time_of(start) or nil
  local fixed, param
  if not from then fixed, param = check_wait("rehedge.after", start) end
  check_trigger("rehedge.after", trigger)
  return function(s, p, f)
    if not from then from = s.time + wait_of("rehedge.after", fixed, param, p) end
    if s.time < from then return false end
    return trigger(s, p, f)
  end
end

return prelude
