package store

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestItemsAreCountedAgainOnlyAfterAThousandTimesAsLongAsItTook(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c count
		there, took := int64(7), 3*time.Millisecond
		want := func(revision, items int64) {
			t.Helper()
			found, err := c.at(revision, func() (int64, error) {
				time.Sleep(took)
				return there, nil
			})
			if err != nil || found != items {
				t.Errorf("%d items at revision %d, error %v; want %d", found, revision, err, items)
			}
		}
		want(10, 7)
		there = 8
		want(11, 7)
		time.Sleep(3*time.Second - time.Millisecond)
		want(11, 7)
		time.Sleep(time.Millisecond)
		want(11, 8)
	})
}

func TestItemsAreNotCountedAgainWhereNothingWasWritten(t *testing.T) {
	var c count
	once := func() (int64, error) { return 7, nil }
	never := func() (int64, error) { return 0, errors.New("counted again") }
	for _, items := range []func() (int64, error){once, never} {
		if found, err := c.at(10, items); err != nil || found != 7 {
			t.Errorf("%d items, error %v; want 7", found, err)
		}
	}
}

func TestACountThatFailedIsMadeAgainAtOnce(t *testing.T) {
	var c count
	failed := errors.New("the member has ended")
	if _, err := c.at(10, func() (int64, error) { return 0, failed }); !errors.Is(err, failed) {
		t.Errorf("error %v, want %v", err, failed)
	}
	if found, err := c.at(10, func() (int64, error) { return 7, nil }); err != nil || found != 7 {
		t.Errorf("%d items, error %v; want 7", found, err)
	}
}
