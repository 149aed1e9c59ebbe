package store

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/client/pkg/v3/fileutil"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.etcd.io/etcd/server/v3/storage/wal/walpb"
	"go.uber.org/zap"
)

// start is how a member begins its life.
type start int

const (
	// startExisting reads the log that is there; membership is in it.
	startExisting start = iota
	// startAlone begins a new cluster, with this member alone in it.
	startAlone
)

// situation is all that the decision how to start depends on.
type situation struct {
	// hasLog is true when the volume holds a member's log.
	hasLog bool
	// replicas is how many members the cluster is to have.
	replicas int
}

// decide says how to start. An empty volume of a cluster with more members
// must never begin a new cluster, since the others may hold its data: that is
// where asking the peers, and joining them, has its place.
func decide(s situation) (start, error) {
	switch {
	case s.hasLog:
		return startExisting, nil
	case s.replicas == 1:
		return startAlone, nil
	default:
		return 0, fmt.Errorf("the volume is empty, and there are %d replicas; allowed: 1, for members cannot join yet", s.replicas)
	}
}

// findLog reports whether the volume holds a member's log. A process that was
// killed in its first start may leave a log in which nothing was ever
// committed, not even who the members are: nobody could be elected from it,
// and nothing that was answered can be in it. It is removed.
func findLog(directory string, log *slog.Logger) (bool, error) {
	member := filepath.Join(directory, "member")
	logs := filepath.Join(member, "wal")
	if !wal.Exist(logs) {
		return false, nil
	}
	if !isUnborn(logs, filepath.Join(member, "snap")) {
		return true, nil
	}
	log.Info("removing what a first start that was interrupted left behind", "directory", member)
	if err := os.RemoveAll(member); err != nil {
		return false, fmt.Errorf("removing what an interrupted start left: %w", err)
	}
	return false, nil
}

// isUnborn reports whether it is certain that nothing was ever committed. A
// log that cannot be read is not: etcd then says what is wrong with it.
func isUnborn(logs, snapshots string) bool {
	if found, err := filepath.Glob(filepath.Join(snapshots, "*.snap")); err != nil || len(found) > 0 {
		return false
	}
	found, err := filepath.Glob(filepath.Join(logs, "*.wal"))
	if err != nil || len(found) != 1 {
		return false
	}
	// Another process may be in its first start at this moment.
	lock, err := fileutil.TryLockFile(found[0], os.O_RDWR, fileutil.PrivateFileMode)
	if err != nil {
		return false
	}
	defer lock.Close()
	reader, err := wal.OpenForRead(zap.NewNop(), logs, &walpb.Snapshot{})
	if err != nil {
		return false
	}
	defer reader.Close()
	// The first that a member saves is its membership, as committed.
	_, state, _, err := reader.ReadAll()
	return err == nil && state.GetCommit() == 0
}
