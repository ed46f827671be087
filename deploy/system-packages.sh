#!/bin/sh
# tests/database を Debian の PostgreSQL 15 でも確かめるための準備。make test が呼ぶ。
set -eu

if [ "$(id -u)" != 0 ] || ! command -v apt-get > /dev/null; then
  echo 'Debian の root ではないので、PostgreSQL 15 は入れません' >&2
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
if ! apt-cache show postgresql-15 > /dev/null 2>&1; then
  echo 'このシステムのパッケージに PostgreSQL 15 はありません' >&2
  exit 0
fi

# 入れるのはプログラムだけ。Debian が自動で作るサーバーは要らない。
if ! [ -e /etc/postgresql-common/createcluster.conf ]; then
  mkdir -p /etc/postgresql-common
  echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.conf
fi
apt-get install -qq -y --no-install-recommends -o Dpkg::Options::=--force-confold postgresql-15 > /dev/null
