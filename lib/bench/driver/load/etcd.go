package load

import (
	"context"
	"fmt"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.uber.org/zap"
)

// etcd speaks gRPC over one connection. Its own retries are as they are by
// default, and so are its reads: linearizable.
type etcd struct{ client *clientv3.Client }

// dialTimeout is how long a connection may take.
const dialTimeout = 5 * time.Second

func newEtcd(address string) (*etcd, error) {
	client, err := clientv3.New(clientv3.Config{
		Endpoints: []string{"http://" + address}, DialTimeout: dialTimeout, Logger: zap.NewNop(),
	})
	if err != nil {
		return nil, fmt.Errorf("connecting to etcd at %s: %w", address, err)
	}
	return &etcd{client}, nil
}

func (c *etcd) Write(ctx context.Context, key string, document []byte) error {
	_, err := c.client.Put(ctx, key, string(document))
	return err
}

func (c *etcd) Read(ctx context.Context, key string) error {
	response, err := c.client.Get(ctx, key)
	if err == nil && len(response.Kvs) != 1 {
		err = fmt.Errorf("etcd has no %s", key)
	}
	return err
}

func (c *etcd) Close() error { return c.client.Close() }
