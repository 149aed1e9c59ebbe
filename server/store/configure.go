package store

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"go.etcd.io/etcd/pkg/v3/featuregate"
	"go.etcd.io/etcd/server/v3/embed"
	"go.etcd.io/etcd/server/v3/features"
	"go.uber.org/zap"

	"example.com/berth/contract"
)

// configure makes etcd's configuration. compare says to compare the data with
// that of the other members before serving.
func configure(options Options, directory string, compare bool) (*embed.Config, error) {
	c := embed.NewConfig()
	c.Name = options.Name
	c.Dir = directory
	c.ZapLoggerBuilder = embed.NewZapLoggerBuilder(zap.New(newLogCore(options.Log)))

	advertised := peerURL(options)
	c.AdvertisePeerUrls = []url.URL{advertised}
	c.ListenClientUrls, c.AdvertiseClientUrls = nil, nil
	c.ListenPeerUrls = nil
	if options.PeerDomain != "" {
		address := options.PeerAddress
		if address == "" {
			address = everyAddress(contract.Get.Ports.Peer)
		}
		c.ListenPeerUrls = []url.URL{{Scheme: "https", Host: address}}
	}
	c.PeerTLSInfo.CertFile = options.PeerTLS.Certificate
	c.PeerTLSInfo.KeyFile = options.PeerTLS.Key
	c.PeerTLSInfo.TrustedCAFile = options.PeerTLS.Authorities
	c.PeerTLSInfo.ClientCertAuth = true
	c.TlsMinVersion = "TLS1.3"
	// The domain is in every member's certificate: a member of another
	// installation is refused even if it has the same secret. Looking up
	// where a connection comes from would add nothing but failures of DNS.
	c.PeerTLSInfo.AllowedHostnames = []string{domainOf(options)}
	c.PeerTLSInfo.SkipClientSANVerify = true

	c.InitialCluster = fmt.Sprintf("%s=%s", options.Name, advertised.String())
	c.InitialClusterToken = clusterToken()
	// All others may be on their way in at the same time.
	c.MaxLearners = mostMembers - 1
	// etcd would let nobody in, learners included, until all voters had been
	// connected for five seconds. A learner changes no majority; for taking
	// away members see local.Dismiss.
	c.StrictReconfigCheck = false

	// Members are near each other: a lost leader is replaced within a second.
	c.TickMs, c.ElectionMs = 50, 500
	// As long as entries are small; see watchLog.
	c.SnapshotCatchUpEntries, c.SnapshotCount = mostEntries, mostReplayed
	// Whatever is needed is kept besides; and a start reads all there are.
	c.MaxWalFiles = 2
	c.AutoCompactionMode = embed.CompactorModePeriodic
	c.AutoCompactionRetention = "10m"
	// A request is one document, and markers.
	c.MaxRequestBytes = uint(contract.Get.Limits.BodyBytes) + 64<<10
	// The store itself refuses writes at the quota, by what is in use.
	// etcd's own limit, which counts the file and raises an alarm that
	// stays, is the net below.
	c.QuotaBackendBytes = hardQuota(options.Quota)
	c.BootstrapDefragThresholdMegabytes = 256
	if size := databaseSize(directory); size > options.Quota {
		// As after the quota was lowered: the first write would raise that
		// alarm, whatever is in use.
		c.BootstrapDefragThresholdMegabytes = 1
	}

	gate, ok := features.NewDefaultServerFeatureGate(options.Name, nil).(featuregate.MutableFeatureGate)
	if !ok {
		return nil, errors.New("etcd's feature gate cannot be set")
	}
	if err := gate.SetFromMap(map[string]bool{
		string(features.InitialCorruptCheck): compare,
		// Or a restart would renew the leases of request markers.
		string(features.LeaseCheckpoint): true,
	}); err != nil {
		return nil, fmt.Errorf("setting etcd's features: %w", err)
	}
	c.ServerFeatureGate = gate
	return c, nil
}

// databaseSize is that of the member's file, 0 if there is none yet.
func databaseSize(directory string) int64 {
	file, err := os.Stat(filepath.Join(directory, "member", "snap", "db"))
	if err != nil {
		return 0
	}
	return file.Size()
}

// hardQuota leaves room for pages that are free, which etcd counts as used; in
// a small store these are mostly those of a few large documents.
func hardQuota(quota int64) int64 { return quota + max(quota/4, 64<<20) }

// peerURL is what other members reach this one at. It is written into the
// log when the cluster begins, so it must be right from then on.
func peerURL(options Options) url.URL {
	if options.Addresses != nil {
		address, _ := options.Addresses(options.Name)
		return url.URL{Scheme: "https", Host: address}
	}
	host := domainOf(options)
	if options.PeerDomain != "" {
		host = options.Name + "." + host
	}
	return url.URL{Scheme: "https", Host: fmt.Sprintf("%s:%d", host, contract.Get.Ports.Peer.Number)}
}

// everyAddress is a port on every address: for "tcp", Go takes this for every
// IPv6 address too.
func everyAddress(port contract.Port) string { return fmt.Sprintf("0.0.0.0:%d", port.Number) }

func domainOf(options Options) string {
	if options.PeerDomain == "" {
		return "localhost"
	}
	return options.PeerDomain
}
