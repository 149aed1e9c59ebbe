package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestEveryThreadOfTheServerLetsItsTimersFireLate(t *testing.T) {
	p := start(t, t.TempDir())
	threads, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", p.command.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	if len(threads) < 2 {
		t.Fatalf("%d threads; the runtime's own is missing", len(threads))
	}
	for _, thread := range threads {
		slack, err := os.ReadFile("/proc/" + thread.Name() + "/timerslack_ns")
		switch {
		case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES):
			t.Skip("only root may look at the timers of another process")
		case errors.Is(err, os.ErrNotExist), errors.Is(err, syscall.ESRCH):
			continue // it ended meanwhile
		case err != nil:
			t.Fatal(err)
		}
		if got := strings.TrimSpace(string(slack)); got != strconv.FormatInt(int64(timerSlack), 10) {
			t.Errorf("thread %s has a slack of %s ns, want %v", thread.Name(), got, timerSlack)
		}
	}
}

func TestAServerOfARealTimePolicyWhoseTimersAreNeverLateStartsAllTheSame(t *testing.T) {
	if err := exec.Command("chrt", "--fifo", "1", "true").Run(); err != nil {
		t.Skip("nobody may have a real-time policy here: ", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	command := exec.CommandContext(ctx, "chrt", "--fifo", "1", binary)
	command.Env = []string{"BERTH_NO_SUCH=1"}
	out, err := command.CombinedOutput()
	if code := command.ProcessState.ExitCode(); code != exitUsage {
		t.Errorf("status %d, want that of a wrong setting: %v\n%s", code, err, out)
	}
}
