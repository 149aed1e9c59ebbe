package store

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// messages collects what members log.
type messages struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (m *messages) Write(b []byte) (int, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return m.text.Write(b)
}

func (m *messages) count(message string) int {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	return strings.Count(m.text.String(), message)
}

func (m *messages) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(m, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// comparing is how etcd begins to compare a member's data with that of others.
const comparing = "starting initial corruption check"

// threeThatLog are three members with data, and what they log.
func threeThatLog(t *testing.T) (*trial, *messages, map[int]*attempt) {
	c, logged := newTrial(t), &messages{}
	c.change = func(o *Options) { o.Log = logged.logger() }
	all := c.startAll(3, 0, 1, 2)
	put(t, all[0].store, "a", "a")
	return c, logged, all
}

func TestAMemberComparesItsDataUnlessItWasClosed(t *testing.T) {
	c, logged, all := threeThatLog(t)

	all[2].stop()
	c.start(2, 3).ready()
	if n := logged.count(comparing); n != 0 {
		t.Errorf("members that are new, or were closed, compared their data %d times", n)
	}

	// As a process leaves it that was killed.
	all[1].stop()
	if err := os.Remove(closedFile(c.directories[1] + "/etcd")); err != nil {
		t.Fatal(err)
	}
	c.start(1, 3).ready()
	if n := logged.count(comparing); n != 1 {
		t.Errorf("a member that was not closed compared its data %d times, want once", n)
	}
}

func TestAComparisonThatNobodyAnsweredIsMadeLater(t *testing.T) {
	c, logged, all := threeThatLog(t)
	// As after a power cut: none was closed, and none is there to be asked.
	stopAll(all)
	for i := range 3 {
		if err := os.Remove(closedFile(c.directories[i] + "/etcd")); err != nil {
			t.Fatal(err)
		}
	}
	all = c.startAll(3, 0, 1, 2)
	before := logged.count(comparing)
	for i := range 3 {
		all[i].stop()
		all[i] = c.start(i, 3)
		all[i].ready()
	}
	if n := logged.count(comparing); before > 1 || n < 2 {
		t.Errorf("after all had gone at once, and then been closed one by one, %d compared their data, %d of them at once", n, before)
	}
}

func TestAMemberThatIsOpenIsNotMarkedAsClosed(t *testing.T) {
	directory := t.TempDir()
	if closed, err := unmarkClosed(directory); err != nil || closed {
		t.Errorf("a new member: closed %v, %v", closed, err)
	}
	if err := markClosed(directory); err != nil {
		t.Fatal(err)
	}
	if closed, err := unmarkClosed(directory); err != nil || !closed {
		t.Errorf("a member that was closed: closed %v, %v", closed, err)
	}
	if closed, err := unmarkClosed(directory); err != nil || closed {
		t.Errorf("a member that was opened since: closed %v, %v", closed, err)
	}
}

func TestAMarkSpeaksOfTheDataThatWasThere(t *testing.T) {
	directory := t.TempDir()
	database := filepath.Join(directory, "member", "snap", "db")
	if err := os.MkdirAll(filepath.Dir(database), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"one", "another"} {
		if err := os.WriteFile(database, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if content == "one" {
			if err := markClosed(directory); err != nil {
				t.Fatal(err)
			}
		}
	}
	if closed, err := unmarkClosed(directory); err != nil || closed {
		t.Errorf("data that was written after the mark: closed %v, %v", closed, err)
	}
}
