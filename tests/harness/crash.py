"""Stops or kills a running process exactly at a static tracepoint, by gdb from outside.

The program has no switch for this: `longshore:<point>` is a nop until somebody looks.
"""
import os
import re
import shutil
import signal
import subprocess
import tempfile


class PointNotReached(AssertionError):
    pass


class Trap:
    """A breakpoint on one point of one process.

    >>> trap = Trap(pid, "task_after_ack")     # armed when this returns
    >>> ... cause work ...
    >>> trap.wait()            # until the point is hit; then the process is dead, or (action="stop") held until release()
    """

    def __init__(self, pid, point, hit=1, action="kill", ready_timeout=60):
        self.pid, self.point, self.action = pid, point, action
        self._is_held = False
        self._log = tempfile.NamedTemporaryFile("w+", prefix="trap-", suffix=".log", delete=False)
        commands = ["set pagination off", "set confirm off", "handle SIGSTOP nostop noprint pass",
                    "handle SIGPIPE nostop noprint pass", "handle SIGTERM nostop noprint pass",
                    f"break -probe-stap longshore:{point}"]
        if hit > 1:
            commands.append(f"ignore 1 {hit - 1}")
        commands += [r'printf "TRAP-ARMED\n"', "continue", r'printf "TRAP-OVER\n"']
        if action == "kill":
            commands.append("kill")
        else:
            # Held by the debugger, as SIGSTOP would hold it. (SIGSTOP itself can get lost on the way out: gdb sends SIGCONT
            # to threads that it stopped for its own ends.)
            self._gate = tempfile.mkdtemp(prefix="trap-gate-")
            os.mkfifo(os.path.join(self._gate, "go"))
            commands += [f"shell read _ <{self._gate}/go", "delete", "detach"]
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

    def has_sprung(self):
        """The point was reached, or never will be."""
        return self._gdb.poll() is not None or "TRAP-OVER" in self._text()

    def wait(self, timeout=60):
        """Until the point was reached and the process is killed or stopped there."""
        try:
            self._wait_for("TRAP-OVER", timeout)
            # gdb's word for a hit; "1.2" where the point is in the code twice. "Breakpoint 1 at" is the arming.
            if not re.search(r"Breakpoint 1(\.\d+)?, ", self._text()):
                raise PointNotReached(f"{self.point}: the process ended elsewhere:\n{self._text()[-2000:]}")
        except BaseException:
            self.cancel()
            raise
        if self.action == "kill":
            self._end()
        else:
            self._is_held = True

    def release(self):
        """A process that is held goes on; nothing if it never got there."""
        if not self._is_held:
            self.cancel()
            return
        with open(os.path.join(self._gate, "go"), "w", encoding="ascii") as go:
            go.write("go\n")
        shutil.rmtree(self._gate)
        self._end()

    def _end(self):
        assert self._gdb.wait(30) == 0, self._text()
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
