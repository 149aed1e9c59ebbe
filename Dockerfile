# The server's image: one static binary and its empty data directory, nothing else.
#
# Builds with BuildKit and with buildah. The same source gives the same binary, byte for byte, on every machine, and
# with the same builder the same layer. Path, user, data directory and ports are those of
# server/contract/contract.json: a unit test holds this file to it.

# Alpine's variant is a quarter of Debian's, and no C compiler or git is used.
FROM --platform=$BUILDPLATFORM public.ecr.aws/docker/library/golang:1.26.8-alpine AS build

# All that could change the binary is stated, whatever the base image's environment says.
ENV CGO_ENABLED=0 GOOS=linux GOAMD64=v1 GOARM64=v8.0 GOFLAGS= GOEXPERIMENT= GOWORK=off GOTOOLCHAIN=local \
    GOMODCACHE=/cache/modules GOCACHE=/cache/build

WORKDIR /source
COPY server/ ./

# Where modules come from; what they contain is decided by go.sum.
ARG GOPROXY=https://proxy.golang.org
ARG TARGETARCH
ARG VERSION=0.0.0

# -buildid=: the build ID would name the compiler, which differs between an amd64 and an arm64 builder.
# touch: a layer holds its files' times.
RUN --mount=type=cache,target=/cache/modules --mount=type=cache,target=/cache/build \
    GOARCH="$TARGETARCH" go build -mod=readonly -trimpath -buildvcs=false \
      -ldflags "-s -w -buildid= -X main.version=$VERSION" -o /image/berth-server ./cmd/berth-server \
    && mkdir -p /image/var/lib/berth \
    && chmod 0755 /image /image/var /image/var/lib /image/berth-server \
    && chmod 0700 /image/var/lib/berth \
    && chown 65532:65532 /image/var/lib/berth \
    && find /image -exec touch -d @0 {} +

FROM scratch

# One layer, with owners and times as above; separate copies would make /var anew with the time of the build.
COPY --from=build /image/ /

# A number, so that Kubernetes can see that it is not root.
USER 65532:65532
EXPOSE 8080 2380
ENTRYPOINT ["/berth-server"]

ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="berth" \
      org.opencontainers.image.description="A Go server for Kubernetes that does not lose its data" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
