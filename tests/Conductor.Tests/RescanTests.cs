using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.PluginLoading;
using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Tests;

[Collection("load contexts")] // found by name among all of the process: one test at a time
public sealed class RescanTests
{
    private const string Echo = "tests/TestPlugins/Conductor.TestPlugins.Echo";
    private const string EchoFile = "Conductor.TestPlugins.Echo.dll";

    [Fact]
    public async Task Plugin_DroppedInWhileRunning_AnswersWithoutAnyConfiguration()
    {
        await using var test = new TestConductor();
        await test.Conductor.StartAsync(CancellationToken.None);
        File.Copy(Path.Combine(Repository.Built(Echo), EchoFile), Path.Combine(test.PluginFolder, EchoFile));

        await test.Conductor.RescanAsync(CancellationToken.None);

        Assert.Equal(PluginState.Active, test.Status("test-echo").State);
        Assert.Equal("say it", await AskAsync(test.Conductor, "test-echo/echo", "say it"));
    }

    [Fact]
    public async Task Plugin_TakenAway_IsGoneAndItsCodeIsDead()
    {
        await using var test = new TestConductor();
        var file = Path.Combine(test.PluginFolder, EchoFile);
        File.Copy(Path.Combine(Repository.Built(Echo), EchoFile), file);
        await test.Conductor.StartAsync(CancellationToken.None);
        await AskAsync(test.Conductor, "test-echo/echo", "used once");
        await StreamAsync(test.Conductor, "test-echo/echo", "and streamed once");
        var context = ContextOf("test-echo");
        File.Delete(file);

        var statuses = await test.Conductor.RescanAsync(CancellationToken.None);

        Assert.False(context.IsAlive, statuses.FirstOrDefault(plugin => plugin.Id == "test-echo")?.Reason);
        Assert.DoesNotContain("test-echo", test.Conductor.Catalog.Providers.Keys);
        var error = await Assert.ThrowsAsync<ConductorException>(() => AskAsync(test.Conductor, "test-echo/echo", "again"));
        Assert.Equal("model_not_found", error.Code);
    }

    [Fact]
    public async Task Rescan_WhoeverAskedLeavesInTheMiddle_WhatIsGoneIsGoneAllTheSame()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        await using var test = new TestConductor(("providers:slow:plugin", "openai-compatible"), ("providers:slow:base_url", $"http://{silent.LocalEndpoint}/v1"));
        var file = Path.Combine(test.PluginFolder, EchoFile);
        File.Copy(Path.Combine(Repository.Built(Echo), EchoFile), file);
        await test.Conductor.StartAsync(CancellationToken.None);
        File.Delete(file);
        test.WithPlugin("plugins/Conductor.Providers.OpenAICompatible");
        using var leaves = new CancellationTokenSource();

        var rescan = test.Conductor.RescanAsync(leaves.Token);
        using var asked = await silent.AcceptTcpClientAsync(); // the new provider is asked for its models, and never says
        await leaves.CancelAsync();

        await Record.ExceptionAsync(() => rescan.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(["slow"], test.Conductor.Catalog.Providers.Keys);
    }

    [Fact]
    public async Task Refresh_UpstreamThatCannotListNow_KeepsTheModelsItListed()
    {
        var upstream = await FakeUpstream.StartAsync();
        await using var test = new TestConductor(("providers:up:plugin", "openai-compatible"), ("providers:up:base_url", upstream.BaseUrl.ToString()))
            .WithPlugin("plugins/Conductor.Providers.OpenAICompatible");
        await test.Conductor.StartAsync(CancellationToken.None);
        var listed = test.Conductor.Catalog.Providers["up"].Models.Select(model => model.Id).ToList();
        await upstream.DisposeAsync();

        await test.Runtime.RefreshAsync(CancellationToken.None);

        Assert.NotEmpty(listed);
        Assert.Equal(listed, test.Conductor.Catalog.Providers["up"].Models.Select(model => model.Id));
    }

    [Fact]
    public async Task Plugin_TakenAwayWhileItStreams_FinishesTheStreamFirst()
    {
        await using var test = new TestConductor();
        var file = Path.Combine(test.PluginFolder, EchoFile);
        File.Copy(Path.Combine(Repository.Built(Echo), EchoFile), file);
        await test.Conductor.StartAsync(CancellationToken.None);
        var call = Chat("test-echo/echo", "one two three four", isStreaming: true);
        var outcome = await test.Conductor.ChatAsync(call, CancellationToken.None);
        File.Delete(file);

        var rescan = test.Conductor.RescanAsync(CancellationToken.None);
        var text = "";
        await foreach (var update in outcome.Updates!)
        {
            text += update.Text;
        }

        Assert.False(rescan.IsCompleted); // the call still holds its lease
        await call.DisposeAsync();
        await rescan;
        Assert.Equal("one two three four ", text);
    }

    [Fact]
    public async Task Plugin_TakenAwayWhileACallMayStillComeToIt_AnswersThatCall()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var failing = new TaskCompletionSource();
        upstream.Otherwise(FakeReply.After(failing.Task, FakeReply.Error(500)));
        await using var test = new TestConductor(
            ("server:drain_timeout", "1s"), ("providers:test-echo:plugin", "test-echo"), ("providers:first:plugin", "openai-compatible"), ("providers:first:base_url", upstream.BaseUrl.ToString()),
            ("providers:first:models:0", "m"), ("aliases:both:targets:0:model", "first/m"), ("aliases:both:targets:1:model", "test-echo/echo"), ("aliases:both:strategy", "ordered"))
            .WithPlugin("plugins/Conductor.Providers.OpenAICompatible");
        var file = Path.Combine(test.PluginFolder, EchoFile);
        File.Copy(Path.Combine(Repository.Built(Echo), EchoFile), file);
        await test.Conductor.StartAsync(CancellationToken.None);
        var asked = upstream.Requests.Count;

        var asking = AskAsync(test.Conductor, "both", "said by the second");
        await upstream.WaitForRequestAsync(asked + 1);
        File.Delete(file);
        var statuses = await test.Conductor.RescanAsync(CancellationToken.None); // returns when it is gone, or after the limit
        failing.SetResult();

        Assert.Equal("said by the second", await asking);
        Assert.Equal(PluginState.Draining, statuses.Single(plugin => plugin.Id == "test-echo").State);
        Assert.DoesNotContain("test-echo", test.Conductor.Catalog.Providers.Keys);
    }

    [Fact]
    public async Task Plugin_StillInUseAfterTheDrainLimit_RescanReturnsAndSaysThatItDrains()
    {
        await using var test = new TestConductor(("server:drain_timeout", "1s"));
        var file = Path.Combine(test.PluginFolder, EchoFile);
        File.Copy(Path.Combine(Repository.Built(Echo), EchoFile), file);
        await test.Conductor.StartAsync(CancellationToken.None);
        await using var call = Chat("test-echo/echo", "one two", isStreaming: true);
        var outcome = await test.Conductor.ChatAsync(call, CancellationToken.None);
        File.Delete(file);

        var statuses = await test.Conductor.RescanAsync(CancellationToken.None);

        Assert.Equal(PluginState.Draining, statuses.Single(plugin => plugin.Id == "test-echo").State);
        Assert.NotNull(outcome.Updates);
    }

    [Fact]
    public async Task NewVersion_ThatFails_LeavesTheOldOneServing()
    {
        await using var test = new TestConductor();
        var file = Path.Combine(test.PluginFolder, EchoFile);
        File.Copy(Path.Combine(Repository.Built(Echo), EchoFile), file);
        await test.Conductor.StartAsync(CancellationToken.None);
        await File.WriteAllTextAsync(file, "half a file");

        var statuses = await test.Conductor.RescanAsync(CancellationToken.None);

        Assert.Equal("still here", await AskAsync(test.Conductor, "test-echo/echo", "still here"));
        Assert.Contains(statuses, plugin => plugin is { State: PluginState.Rejected, Reason.Length: > 0 });
    }

    [Fact]
    public async Task Files_Garbage_AreSentencesAndTrafficIsUnharmed()
    {
        await using var test = new TestConductor().WithPlugin(Echo);
        await File.WriteAllBytesAsync(Path.Combine(test.PluginFolder, "empty.dll"), []);
        await File.WriteAllTextAsync(Path.Combine(test.PluginFolder, "text.dll"), "not a program");
        await File.WriteAllBytesAsync(Path.Combine(test.PluginFolder, "zeros.dll"), new byte[4096]);

        await test.Conductor.StartAsync(CancellationToken.None);

        Assert.Equal(3, test.Conductor.Plugins.Count(plugin => plugin is { State: PluginState.Rejected, Reason.Length: > 0 }));
        Assert.Equal("fine", await AskAsync(test.Conductor, "test-echo/echo", "fine"));
    }

    [Fact]
    public async Task Rescan_NothingChanged_ChangesNothing()
    {
        await using var test = new TestConductor().WithPlugin(Echo);
        await test.Conductor.StartAsync(CancellationToken.None);
        var before = test.Conductor.Catalog.Providers["test-echo"];
        File.SetLastWriteTimeUtc(Directory.GetFiles(test.PluginFolder, EchoFile, SearchOption.AllDirectories).Single(), new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        await test.Conductor.RescanAsync(CancellationToken.None);

        Assert.Same(before, test.Conductor.Catalog.Providers["test-echo"]);
    }

    private static ChatCall Chat(string model, string text, bool isStreaming = false) => new()
    {
        Context = CallContext.New(),
        Model = model,
        IsStreaming = isStreaming,
        Request = new ChatRequest([new ChatMessage(ChatRole.User, text)], new ChatOptions()),
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<string> AskAsync(IConductor conductor, string model, string text)
    {
        await using var call = Chat(model, text);
        return (await conductor.ChatAsync(call, CancellationToken.None)).Response!.Text;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task StreamAsync(IConductor conductor, string model, string text)
    {
        await foreach (var update in conductor.AsChatClient(model).GetStreamingResponseAsync(text))
        {
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference ContextOf(string plugin) => new(
        System.Runtime.Loader.AssemblyLoadContext.All.Single(context => context.Name?.StartsWith(plugin, StringComparison.Ordinal) == true));
}
