-- refused: unexpected symbol near
return rehedge.policy {
