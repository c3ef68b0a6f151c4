package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sluice/storage"
	"sluice/storage/bolt"
)

var (
	helpBackup = text{
		"a consistent copy of the storage in DIR (./data), also while it is being served; the key file is not part of it",
		"为 DIR（默认 ./data）中的存储生成一致的备份，服务运行时也可以；备份不包含密钥文件",
	}
	textBackedUp = text{
		"%s is a copy of the storage. To restore it, put it in place of the data folder, with the key file %s that belongs to it: without the key no connection opens",
		"存储已备份到 %s。恢复时用它替换数据目录，并放入原来的密钥文件 %s：没有密钥就无法使用任何连接",
	}
)

// keyFile is what seals the secrets of a data folder. A backup leaves it out: together they would be the secrets.
const keyFile = "secrets.key"

// cmdBackup copies the storage, itself or, while a server has it, by asking that server.
func cmdBackup(_ context.Context, c *console, args []string) error {
	flags := flag.NewFlagSet("backup", flag.ContinueOnError)
	data := flags.String("data", "data", "")
	rest, err := parse(flags, args)
	if err != nil {
		return err
	}
	if len(rest) != 1 {
		return wrongUsage("where is the copy to go?")
	}
	dest, err := filepath.Abs(rest[0])
	if err != nil {
		return err
	}
	if _, err := os.Stat(*data); err != nil {
		return err
	}
	store, err := bolt.Open(*data, bolt.Options{})
	switch {
	case errors.Is(err, bolt.ErrInUse):
		err = askForBackup(*data, dest)
	case err == nil:
		err = errors.Join(store.Backup(dest), store.Close())
	}
	if err == nil {
		c.say(textBackedUp, dest, filepath.Join(*data, keyFile))
	}
	return err
}

// backupSocket is where a server takes requests for a backup, one line each: the folder to copy to. Who may write to the
// socket may read the data folder anyway.
func backupSocket(data string) string { return filepath.Join(data, "backup.sock") }

// backupTime bounds a backup that another process makes.
const backupTime = time.Hour

func askForBackup(data, dest string) error {
	conn, err := net.Dial("unix", backupSocket(data))
	if err != nil {
		return fmt.Errorf("%w, and it takes no requests for a backup: %w", bolt.ErrInUse, err)
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(backupTime)); err != nil {
		return err
	}
	if _, err := fmt.Fprintln(conn, dest); err != nil {
		return err
	}
	answer, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err
	}
	if answer = strings.TrimSpace(answer); answer != "ok" {
		return errors.New(answer)
	}
	return nil
}

// backups takes requests for backups until close is called.
func backups(data string, store storage.Store) (closeSocket func() error, err error) {
	path := backupSocket(data)
	// A socket that a killed server left behind; the storage's lock says that no other server is there.
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			answerBackup(conn, store)
		}
	}()
	return func() error {
		err := l.Close()
		<-done
		return err
	}, nil
}

// answerBackup makes one backup. An error of the connection is the other side's to notice.
func answerBackup(conn net.Conn, store storage.Store) {
	defer func() { _ = conn.Close() }()
	_ = conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	dest, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return
	}
	answer := "ok"
	if dest = strings.TrimSpace(dest); !filepath.IsAbs(dest) {
		answer = "the folder must be an absolute path"
	} else if err := store.Backup(dest); err != nil {
		answer = strings.ReplaceAll(err.Error(), "\n", " ")
	}
	_, _ = fmt.Fprintln(conn, answer)
}
