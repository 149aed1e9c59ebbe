package store

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"

	"go.uber.org/zap"
)

func TestWhatEtcdMendsByItselfIsLoggedForDebuggingOnly(t *testing.T) {
	early := fmt.Errorf("cannot detect storage schema version: %w", errors.New(unwritten))
	logs := map[string]func(*zap.Logger){
		"a database looked at before its first batch": func(log *zap.Logger) {
			log.Warn("Failed to detect schema version", zap.Error(early))
			log.Error("failed to update storage version", zap.String("cluster-version", "3.7.0"), zap.Error(early))
		},
		"an election before the membership is applied": func(log *zap.Logger) { log.Warn("1 " + soon + " 2") },
		"a name that is published again":               func(log *zap.Logger) { log.Warn(unpublished) },
		"a port that is closed": func(log *zap.Logger) {
			log.Error(unserved, zap.Error(net.ErrClosed))
		},
		"its life's story": func(log *zap.Logger) { log.Info("started") },
	}
	for what, write := range logs {
		t.Run(what, func(t *testing.T) {
			if logged := loggedAt(slog.LevelInfo, write); logged != "" {
				t.Errorf("at level info it logs %q", logged)
			}
			if logged := loggedAt(slog.LevelDebug, write); !strings.Contains(logged, "level=DEBUG") {
				t.Errorf("at level debug it logs %q", logged)
			}
		})
	}
}

func TestOtherWarningsOfEtcdAreLoggedAsSuch(t *testing.T) {
	logged := loggedAt(slog.LevelInfo, func(log *zap.Logger) {
		log.Warn("Failed to detect schema version", zap.Error(errors.New("missing confstate information")))
		log.Error("failed to purge snap file")
		log.Error(unserved, zap.Error(errors.New("out of files")))
	})
	for _, part := range []string{"level=WARN", "missing confstate", "out of files", "level=ERROR", "component=etcd"} {
		if !strings.Contains(logged, part) {
			t.Errorf("no %s in %q", part, logged)
		}
	}
}

func TestWhatEtcdSaysThousandsOfTimesIsLoggedAFewTimes(t *testing.T) {
	logged := loggedAt(slog.LevelInfo, func(log *zap.Logger) {
		for range 5000 {
			log.Warn("dropped internal Raft message since sending buffer is full")
		}
		log.Warn("another")
	})
	if n := strings.Count(logged, "dropped"); n < 1 || n > 100 {
		t.Errorf("it is logged %d times", n)
	}
	if n := strings.Count(logged, "another"); n != 1 {
		t.Errorf("another is logged %d times, want 1", n)
	}
}

// loggedAt is what stands in a log of this level once etcd has written to it.
func loggedAt(level slog.Level, write func(*zap.Logger)) string {
	var log strings.Builder
	write(zap.New(newLogCore(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: level})))))
	return log.String()
}
