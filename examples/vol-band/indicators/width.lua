-- Half width of the band: the base at 100 % volatility, at most four times as much.
return function(base, vol)
  return base * math.min(4, 1 / math.max(vol, 0.25))
end
