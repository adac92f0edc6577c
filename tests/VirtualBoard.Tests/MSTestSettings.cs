// A board takes a processor of this machine for itself, and tests here have limits in seconds.
[assembly: DoNotParallelize]
