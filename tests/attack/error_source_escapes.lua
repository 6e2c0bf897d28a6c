-- The line of the source that is shown with an error may hold anything.
local x = nil + 1 --[[ [2J ]]
