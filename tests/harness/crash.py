"""Stops or kills a running process exactly at a static tracepoint, by gdb from outside.

The program has no switch for this: `longshore:<point>` is a nop until somebody looks.
"""
import os
import signal
import subprocess
import tempfile


class PointNotReached(AssertionError):
    pass


class Trap:
    """A breakpoint on one point of one process.

    >>> trap = Trap(pid, "task_after_ack")     # armed when this returns
    >>> ... cause work ...
    >>> trap.kill(timeout=30)                  # waits until the point is hit; the process is dead afterwards
    """

    def __init__(self, pid, point, hit=1, action="kill", ready_timeout=60):
        self.pid, self.point, self.action = pid, point, action
        self._log = tempfile.NamedTemporaryFile("w+", prefix="trap-", suffix=".log", delete=False)
        commands = ["set pagination off", "set confirm off", "handle SIGSTOP nostop noprint pass",
                    "handle SIGPIPE nostop noprint pass", "handle SIGTERM nostop noprint pass",
                    f"break -probe-stap longshore:{point}"]
        if hit > 1:
            commands.append(f"ignore 1 {hit - 1}")
        commands += [r'printf "TRAP-ARMED\n"', "continue", r'printf "TRAP-HIT\n"']
        if action == "kill":
            commands.append("kill")
        else:
            commands += [f"shell kill -STOP {pid}", "delete", "detach"]
        argv = ["gdb", "-nx", "-batch", "-p", str(pid)]
        for command in commands:
            argv += ["-ex", command]
        self._gdb = subprocess.Popen(argv, stdin=subprocess.DEVNULL, stdout=self._log, stderr=subprocess.STDOUT)
        self._wait_for("TRAP-ARMED", ready_timeout)

    def _text(self):
        with open(self._log.name, encoding="utf-8", errors="replace") as f:
            return f.read()

    def _wait_for(self, word, timeout):
        from fleet import wait_until  # the one polling loop of the harness
        wait_until(lambda: word in self._text() or self._gdb.poll() is not None, timeout,
                   f"gdb to say {word} at {self.point}")
        if word not in self._text():
            raise PointNotReached(f"{self.point}: gdb ended without {word}:\n{self._text()[-2000:]}")

    def wait(self, timeout=60):
        """Until the point was reached and the process is killed or stopped there."""
        try:
            self._gdb.wait(timeout)
        except subprocess.TimeoutExpired:
            self.cancel()
            raise PointNotReached(f"{self.point} was not reached within {timeout} s:\n{self._text()[-2000:]}") from None
        if "TRAP-HIT" not in self._text():
            raise PointNotReached(f"{self.point}: the process ended elsewhere:\n{self._text()[-2000:]}")
        os.unlink(self._log.name)

    def cancel(self):
        """Lets the process go on unharmed."""
        if self._gdb.poll() is None:
            self._gdb.send_signal(signal.SIGINT)
            try:
                self._gdb.wait(10)
            except subprocess.TimeoutExpired:
                self._gdb.kill()
                self._gdb.wait()
