package store

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"time"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/client/pkg/v3/types"
	"go.etcd.io/etcd/server/v3/etcdserver/api/membership"
)

// disarm ends the alarm that etcd raises when the file of one member is as
// large as it may be, and with which it takes no more writes of any. Files
// never shrink by themselves: every member writes its own anew once there is
// room, which holds up its requests for that time, so each begins at another.
// Who raised the alarm ends it when it looks the next time, as the others are
// done by then; one that is not and raises its own has it ended likewise.
//
// wasFit is what it returned the last time: whether this member has room.
func (s *Store) disarm(ctx context.Context, wasFit bool) (fit bool, err error) {
	alarms := slices.DeleteFunc(s.server.Alarms(), func(alarm *pb.AlarmMember) bool {
		return alarm.Alarm != pb.AlarmType_NOSPACE
	})
	backend := s.server.Backend()
	if len(alarms) == 0 || backend.SizeInUse() >= s.quota {
		return false, nil
	}
	if before := backend.Size(); before >= s.quota {
		if err := s.hasDiskFor(backend.SizeInUse()); err != nil {
			return false, err
		}
		if err := s.awaitTurn(ctx); err != nil {
			return false, err
		}
		if err := backend.Defrag(); err != nil {
			return false, fmt.Errorf("writing the database anew: %w", err)
		}
		s.log.Info("wrote the database anew, without what was free", "bytesBefore", before, "bytesAfter", backend.Size())
	}
	if fit = backend.Size() < s.quota; !fit || !wasFit {
		return fit, nil
	}
	for _, alarm := range alarms {
		id := types.ID(alarm.MemberID)
		if id != s.server.MemberID() && s.server.Cluster().Member(id) != nil {
			continue
		}
		if _, err := s.server.Alarm(ctx, &pb.AlarmRequest{
			Action: pb.AlarmRequest_DEACTIVATE, MemberID: alarm.MemberID, Alarm: alarm.Alarm,
		}); err != nil {
			return fit, fmt.Errorf("disarming the alarm: %w", err)
		}
		s.log.Info("disarmed the alarm of a full store")
	}
	return fit, nil
}

// spareDisk is left for the log while the database is written anew.
const spareDisk = 128 << 20

// hasDiskFor tells whether the volume takes so many more bytes: the database
// is there twice while it is written anew. A log that finds no room ends the
// member.
func (s *Store) hasDiskFor(size int64) error {
	directory := s.server.Cfg.DataDir
	var volume syscall.Statfs_t
	if err := syscall.Statfs(directory, &volume); err != nil {
		return fmt.Errorf("looking for room on the volume: %w", err)
	}
	free := int64(volume.Bavail) * int64(volume.Bsize)
	if wanted := size + spareDisk; free < wanted {
		return fmt.Errorf("the volume of %s has %d bytes free, and writing the database anew takes %d; delete more items, or grow the volume", directory, free, wanted)
	}
	return nil
}

// awaitTurn returns at another time in each member.
func (s *Store) awaitTurn(ctx context.Context) error {
	turn := slices.IndexFunc(s.server.Cluster().Members(), func(member *membership.Member) bool {
		return member.ID == s.server.MemberID()
	})
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(time.Duration(max(0, turn)) * spaceEvery / time.Duration(mostMembers)):
		return nil
	}
}
