package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"example.com/berth/contract"
	"example.com/berth/peertls"
	"example.com/berth/settings"
	"example.com/berth/store"
)

// dismissTimeout bounds the whole of --dismiss.
const dismissTimeout = 20 * time.Second

// dismiss takes a member out of the cluster. It shows the certificate of the
// server that runs beside it.
func dismiss(s settings.Settings, name string) error {
	if s.PeerDomain == "" {
		return fmt.Errorf("%s is empty: there are no other members; allowed: to run this in the container of a member", contract.Get.Environment.PeerDomain)
	}
	ctx, cancel := context.WithTimeout(context.Background(), dismissTimeout)
	defer cancel()
	err := store.Dismiss(ctx, store.Options{
		Name: s.PodName, PeerDomain: s.PeerDomain, PeerTLS: peertls.In(certificates(s)), Log: slog.New(slog.DiscardHandler),
	}, name)
	if err != nil {
		return fmt.Errorf("dismissing %s: %w", name, err)
	}
	return nil
}
