"""audit-sink killed, and stopped and continued, at each of its points."""
from crash_case import at_each_point

world, test_killed_at, test_stopped_at_and_continued_later = at_each_point("audit-sink")
