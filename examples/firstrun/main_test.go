package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestShow(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program")
	}
	for _, c := range []struct {
		zh   bool
		want []string
	}{
		{false, []string{
			"1. Building the program", "pending_shipment", "bin/sluice run " + flowFile, "✓ save", `"reason": "arbitrated"`,
			"status          shipped", "douyin_api_pull", "状态仲裁完成|来源:抖音API拉取|耗时", "TK20", `"reason": "synced_recently"`, "Done;",
		}},
		{true, []string{"1. 编译程序", "机器人发到运营群的消息", "演示结束"}},
	} {
		temporary := t.TempDir()
		t.Setenv("TMPDIR", temporary)
		t.Setenv("LC_ALL", map[bool]string{true: "zh_CN.UTF-8", false: "en_US.UTF-8"}[c.zh])
		var out bytes.Buffer
		require.NoError(t, show(t.Context(), &out, chinese(os.LookupEnv)))
		for _, want := range c.want {
			require.Contains(t, out.String(), want)
		}
		left, err := filepath.Glob(filepath.Join(temporary, "sluice-*"))
		require.NoError(t, err)
		require.Empty(t, left, "nothing is left behind")
	}
}

func TestChinese(t *testing.T) {
	t.Parallel()
	env := func(values map[string]string) func(string) (string, bool) {
		return func(name string) (string, bool) { v, ok := values[name]; return v, ok }
	}
	require.True(t, chinese(env(map[string]string{"LANG": "zh_CN.UTF-8"})))
	require.False(t, chinese(env(map[string]string{"LANG": "zh_CN.UTF-8", "LC_ALL": "C"})), "LC_ALL goes first")
	require.True(t, chinese(env(map[string]string{"LANG": "zh_CN.UTF-8", "LC_ALL": ""})), "an empty one says nothing")
	require.False(t, chinese(env(nil)))
}
