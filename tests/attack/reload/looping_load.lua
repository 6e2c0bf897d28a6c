-- refused: instruction limit
while true do end
