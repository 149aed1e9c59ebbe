package store_test

import (
	"errors"
	"testing"

	"example.com/berth/item"
	"example.com/berth/store/storetest"
)

func TestAWriteThatIsRefusedForWantOfSpaceIsNotMadeLater(t *testing.T) {
	s, f := storetest.OpenFaulty(t)
	mustPut(t, s, "x", "1")
	f.Next(storetest.Delay, storetest.NoRoom)
	_, _, err := s.Put(t.Context(), "x", []byte("2"), always)
	wantCode(t, err, item.StoreFull)
	f.Release(t)
	if got := document(t, s); got != "1" {
		t.Errorf("a write that was refused made %q", got)
	}
	f.Next(storetest.LoseAnswer, storetest.NoRoom)
	if _, created, err := s.Put(t.Context(), "x", []byte("3"), always); err != nil || created {
		t.Errorf("a write that was made before there was no space answers created %v, %v", created, err)
	}
	if got := document(t, s); got != "3" {
		t.Errorf("there is %q, want 3", got)
	}
}

func TestAWriteThatTookTheLastSpaceIsAnsweredAsMade(t *testing.T) {
	s, f := storetest.OpenFaulty(t)
	f.Next(storetest.Full)
	if _, created, err := s.Put(t.Context(), "x", []byte("1"), always); err != nil || !created {
		t.Errorf("Put answers created %v, %v, want true", created, err)
	}
	f.Next(storetest.Full)
	if err := s.Delete(t.Context(), "x", always); err != nil {
		t.Error(err)
	}
	var told *item.Error
	if err := s.Delete(t.Context(), "x", always); !errors.As(err, &told) || told.Code != item.NotFound {
		t.Errorf("a second Delete answers %v", err)
	}
}
