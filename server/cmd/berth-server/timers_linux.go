package main

import (
	"os"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

// timerSlack is how late the kernel may let a timer of this process fire, so
// that it can wake a processor once for several: twenty times the usual.
// Nothing here needs a timer to be more exact; the shortest are those by which
// a group of writes waits for more, at the most 5 ms.
const timerSlack = time.Millisecond

// coalesceTimers starts the program anew, as the same process, with timers that
// fire up to timerSlack late. Of a server that is half idle, the thread by which
// the Go runtime watches the others would otherwise wake up thousands of times
// a second, to find nothing, each time that there was a request.
//
// That thread runs before anything of this program does, and a thread's slack
// is what the thread had that made it; hence the new start, which takes some
// milliseconds. Where the kernel has no such slack, or whoever started the
// program chose as much or more (systemd's TimerSlackNSec=), nothing happens;
// nor does it where the file cannot be executed again. See prctl(2),
// PR_SET_TIMERSLACK.
func coalesceTimers() {
	// The slack is of a thread, and the one that executes the file passes its own on.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if slack() >= timerSlack {
		return
	}
	program, err := os.Executable()
	if err != nil {
		return
	}
	_ = unix.Prctl(unix.PR_SET_TIMERSLACK, uintptr(timerSlack), 0, 0, 0)
	// Threads of a real-time policy have none, whatever they ask for: they would start anew for ever.
	if slack() < timerSlack {
		return
	}
	_ = unix.Exec(program, os.Args, os.Environ()) // returns only if it failed: then without
}

// slack is that of the calling thread, 0 if it has none.
func slack() time.Duration {
	now, err := unix.PrctlRetInt(unix.PR_GET_TIMERSLACK, 0, 0, 0, 0)
	if err != nil {
		return 0
	}
	return time.Duration(now)
}
