-- refused: declares no policy
local nothing = 1
