package store

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/client/pkg/v3/fileutil"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.etcd.io/etcd/server/v3/storage/wal/walpb"
	"go.uber.org/zap"
	"google.golang.org/protobuf/proto"
)

// findLog tells whose log the volume holds; nil is nobody's. A process that
// was killed in its first start may leave a log in which nothing was ever
// committed, not even who the members are: nobody could be elected from it,
// and nothing that was answered can be in it. It is removed.
func findLog(directory string, log *slog.Logger) (*identity, error) {
	if err := os.RemoveAll(filepath.Join(directory, discarded)); err != nil {
		return nil, fmt.Errorf("removing what was given up: %w", err)
	}
	member := filepath.Join(directory, "member")
	logs := logDirectory(directory)
	if !wal.Exist(logs) {
		return nil, nil
	}
	if isUnborn(logs, filepath.Join(member, "snap")) {
		log.Info("removing what a first start that was interrupted left behind", "directory", member)
		return nil, discard(directory)
	}
	return readIdentity(logs)
}

// discarded is what a member's directory is called while it is removed.
const discarded = "discarded"

// discard removes a member's data: all of it or, if interrupted, none that a
// later start would take for whole.
func discard(directory string) error {
	err := os.Rename(filepath.Join(directory, "member"), filepath.Join(directory, discarded))
	if err == nil {
		err = os.RemoveAll(filepath.Join(directory, discarded))
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the member's data: %w", err)
	}
	return nil
}

// logDirectory is where etcd has its log.
func logDirectory(directory string) string { return filepath.Join(directory, "member", "wal") }

// filesOf are the files of a directory with this extension, in the order of
// their names; none if there is no such directory. filepath.Glob would take
// some characters of the directory's own name for a pattern.
func filesOf(directory, extension string) ([]string, error) {
	entries, err := os.ReadDir(directory)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var files []string
	for _, entry := range entries {
		if filepath.Ext(entry.Name()) == extension {
			files = append(files, filepath.Join(directory, entry.Name()))
		}
	}
	return files, nil
}

// lastLog is the file of a log that was begun last, empty if there is none.
func lastLog(logs string) string {
	files, err := filesOf(logs, ".wal")
	if err != nil || len(files) == 0 {
		return ""
	}
	return files[len(files)-1]
}

// readIdentity finds out whose log it is: every file of it begins with that.
func readIdentity(logs string) (*identity, error) {
	last := lastLog(logs)
	if last == "" {
		return nil, fmt.Errorf("there is no log in %s", logs)
	}
	file, err := os.Open(last)
	if err != nil {
		return nil, fmt.Errorf("reading whose log it is: %w", err)
	}
	defer file.Close()
	decoder := wal.NewDecoder(fileutil.NewFileReader(file))
	for {
		var record walpb.Record
		if err := decoder.Decode(&record); err != nil {
			return nil, fmt.Errorf("reading whose log %s is: %w", file.Name(), err)
		}
		switch record.GetType() {
		case wal.CrcType:
			decoder.UpdateCRC(record.GetCrc())
		case wal.MetadataType:
			var metadata pb.Metadata
			if err := proto.Unmarshal(record.Data, &metadata); err != nil {
				return nil, fmt.Errorf("reading whose log %s is: %w", file.Name(), err)
			}
			return &identity{metadata.GetClusterID(), metadata.GetNodeID()}, nil
		}
	}
}

// isUnborn reports whether it is certain that nothing was ever committed. A
// log that cannot be read is not: etcd then says what is wrong with it.
func isUnborn(logs, snapshots string) bool {
	if found, err := filesOf(snapshots, ".snap"); err != nil || len(found) > 0 {
		return false
	}
	found, err := filesOf(logs, ".wal")
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
