-- Ids on each suppression list when the route last delivered: lines of name, tab, number.
ALTER TABLE run.route_head ADD COLUMN lists text NOT NULL DEFAULT '';
