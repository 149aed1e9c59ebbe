package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
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
