using Conductor.Calls;
using Conductor.Errors;
using Conductor.PluginLoading;
using Conductor.TestKit;
using Microsoft.Extensions.AI;

namespace Conductor.Tests;

/// <summary>A plugin that misbehaves, loaded as a host loads it: its fault is named, its calls go elsewhere, and its code still leaves memory.</summary>
[Collection("load contexts")] // found by name among all of the process: one test at a time
public sealed class MisbehaviourTests
{
    private const string Misbehaving = "tests/TestPlugins/Conductor.TestPlugins.Misbehaving";
    private const string Echo = "tests/TestPlugins/Conductor.TestPlugins.Echo";

    [Theory]
    [InlineData("throws", 502, "provider_fault")]
    [InlineData("throws-async", 502, "provider_fault")]
    [InlineData("null", 502, "provider_fault")]
    [InlineData("null-task", 502, "provider_fault")]
    [InlineData("cancels", 502, "provider_fault")]
    [InlineData("aggregate", 502, "provider_fault")]
    public async Task Answer_Misbehaves_IsItsFailureAndQuarantinesIt(string mode, int status, string code)
    {
        await using var test = Start(mode);
        await test.Conductor.StartAsync(CancellationToken.None);

        for (var i = 0; i < 2; i++)
        {
            var error = await Assert.ThrowsAsync<ConductorException>(() => AskAsync(test, "bad/m", "hello"));
            Assert.Equal((status, code), (error.Status, error.Code));
        }

        await AssertQuarantinedAsync(test);
    }

    /// <summary>The clock is the test's: it moves on once the plugin's code runs, because time that is over before that is nobody's fault.</summary>
    [Theory]
    [InlineData("hangs")]
    [InlineData("blocks")]
    public async Task Answer_DoesNotComeBack_IsItsFailureAndQuarantinesIt(string mode)
    {
        var time = new ManualTimeProvider();
        var hanging = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var runs = new SemaphoreSlim(0);
        await using var test = Start(mode, time);
        await test.Conductor.StartAsync(CancellationToken.None);
        AppContext.SetData("misbehaving.hang", () =>
        {
            runs.Release();
            return hanging.Task;
        });
        try
        {
            for (var i = 0; i < 2; i++)
            {
                var asking = AskAsync(test, "bad/m", "hello");
                Assert.True(await runs.WaitAsync(TimeSpan.FromSeconds(60)));
                await PassAsync(time, asking);
                var error = await Assert.ThrowsAsync<ConductorException>(() => asking);
                Assert.Equal((504, "upstream_timeout"), (error.Status, error.Code));
            }

            await AssertQuarantinedAsync(test);
        }
        finally
        {
            AppContext.SetData("misbehaving.hang", null);
            hanging.SetResult();
        }
    }

    [Theory]
    [InlineData("throws-inside", "provider_fault")]
    [InlineData("null-inside", "provider_fault")]
    [InlineData("blocks-inside", "upstream_timeout")]
    public async Task Stream_MisbehavesAfterTheFirstContent_EndsWithAnError(string mode, string code)
    {
        await using var test = Start(mode);
        await test.Conductor.StartAsync(CancellationToken.None);
        await using var call = Chat("bad/m", "hello", isStreaming: true);
        var outcome = await test.Conductor.ChatAsync(call, CancellationToken.None);
        var heard = "";

        var error = await Assert.ThrowsAsync<ConductorException>(async () =>
        {
            await foreach (var update in outcome.Updates!)
            {
                heard += update.Text;
            }
        });

        Assert.Equal(("one ", code), (heard, error.Code));
    }

    [Fact]
    public async Task Stream_EndlessWithoutContent_NextTargetAnswers()
    {
        await using var test = Start("endless");
        await test.Conductor.StartAsync(CancellationToken.None);
        await using var call = Chat("both", "hello", isStreaming: true);

        var outcome = await test.Conductor.ChatAsync(call, CancellationToken.None);

        Assert.Equal("test-echo", outcome.Provider);
    }

    [Theory]
    [InlineData("throws")]
    [InlineData("blocks")]
    [InlineData("hangs")]
    public async Task Misbehaved_TakenAway_ItsCodeLeavesMemoryAllTheSame(string mode)
    {
        await using var test = Start(mode);
        await test.Conductor.StartAsync(CancellationToken.None);
        Assert.Equal("hello", await AskAsync(test, "both", "hello")); // the next target's
        var context = new WeakReference(System.Runtime.Loader.AssemblyLoadContext.All.Single(context => context.Name?.StartsWith("misbehaving", StringComparison.Ordinal) == true));
        Directory.Delete(Path.Combine(test.PluginFolder, "Conductor.TestPlugins.Misbehaving"), recursive: true);

        var statuses = await test.Conductor.RescanAsync(CancellationToken.None);

        Assert.False(context.IsAlive, statuses.FirstOrDefault(plugin => plugin.Id == "misbehaving")?.Reason);
    }

    [Fact]
    public async Task Leaks_AMebibyteWithEveryCall_AnswersAndTakesAllOfItAlongWhenItLeaves()
    {
        await using var test = Start("leaks");
        await test.Conductor.StartAsync(CancellationToken.None);
        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("good", await AskAsync(test, "bad/m", "hello"));
        }

        var context = new WeakReference(System.Runtime.Loader.AssemblyLoadContext.All.Single(context => context.Name?.StartsWith("misbehaving", StringComparison.Ordinal) == true));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        Directory.Delete(Path.Combine(test.PluginFolder, "Conductor.TestPlugins.Misbehaving"), recursive: true);

        await test.Conductor.RescanAsync(CancellationToken.None);

        Assert.False(context.IsAlive);
        Assert.True(before - GC.GetTotalMemory(forceFullCollection: true) > 15 << 20); // of its 20 MiB
    }

    private static async Task AssertQuarantinedAsync(TestConductor test)
    {
        var refused = await Assert.ThrowsAsync<ConductorException>(() => AskAsync(test, "bad/m", "behave"));
        Assert.Contains("quarantined", refused.Message, StringComparison.Ordinal);
        var told = test.Status("misbehaving");
        Assert.Equal(PluginState.Faulted, told.State);
        Assert.Contains("Provider 'bad' is quarantined after faults of its own plugin", told.Reason, StringComparison.Ordinal);

        await test.Conductor.RescanAsync(CancellationToken.None); // somebody has looked at it
        Assert.Equal("good", await AskAsync(test, "bad/m", "behave"));
        Assert.Equal(PluginState.Active, test.Status("misbehaving").State);
    }

    /// <summary>Lets time pass until a call has its end; its timers are armed one after the other.</summary>
    private static async Task PassAsync(ManualTimeProvider time, Task call)
    {
        for (var tries = 0; !call.IsCompleted; tries++)
        {
            Assert.True(tries < 6_000, "The call does not end, however much time passes.");
            time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.WhenAny(call, Task.Delay(10));
        }
    }

    private static TestConductor Start(string mode, TimeProvider? time = null) => new TestConductor(
        null, time,
        ("providers:bad:plugin", "misbehaving"), ("providers:test-echo:plugin", "test-echo"), ("providers:bad:mode", mode),
        ("plugins:quarantine:faults", "2"), ("plugins:quarantine:window", "1h"), ("plugins:quarantine:time", "10m"),
        ("reliability:first_content", "500ms"), ("reliability:idle", "500ms"),
        ("aliases:both:targets:0:model", "bad/m"), ("aliases:both:targets:1:model", "test-echo/echo"), ("aliases:both:strategy", "ordered"))
        .WithPlugin(Misbehaving).WithPlugin(Echo);

    private static ChatCall Chat(string model, string text, bool isStreaming = false) => new()
    {
        Context = CallContext.New(),
        Model = model,
        IsStreaming = isStreaming,
        Request = new ChatRequest([new ChatMessage(ChatRole.User, text)], new ChatOptions()),
    };

    private static async Task<string> AskAsync(TestConductor test, string model, string text)
    {
        await using var call = Chat(model, text);
        return (await test.Conductor.ChatAsync(call, CancellationToken.None)).Response!.Text;
    }
}
