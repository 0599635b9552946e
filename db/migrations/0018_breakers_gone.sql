-- A breaker belongs to a place since run.place_breaker is there; nobody reads or writes this one any more.
DROP TABLE run.breaker;
