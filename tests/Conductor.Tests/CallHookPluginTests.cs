using System.Runtime.CompilerServices;
using System.Runtime.Loader;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.PluginLoading;
using Microsoft.Extensions.AI;

namespace Conductor.Tests;

/// <summary>A guardrail that a plugin brings, loaded as a host loads it: at work while it is there, refusing when it fails, and gone from memory when it is taken away.</summary>
[Collection("load contexts")] // found by name among all of the process: one test at a time
public sealed class CallHookPluginTests
{
    private const string Guardrail = "tests/TestPlugins/Conductor.TestPlugins.Guardrail";
    private const string GuardrailFile = "Conductor.TestPlugins.Guardrail.dll";

    [Fact]
    public async Task Plugin_DroppedInAndTakenAway_GuardsMeanwhileAndItsCodeIsDead()
    {
        await using var test = new TestConductor().WithPlugin("tests/TestPlugins/Conductor.TestPlugins.Echo");
        await test.Conductor.StartAsync(CancellationToken.None);
        var before = await AskAsync(test, "a secret");
        File.Copy(Path.Combine(Repository.Built(Guardrail), GuardrailFile), Path.Combine(test.OperationFolder, GuardrailFile));
        await test.Conductor.RescanAsync(CancellationToken.None);

        var status = test.Status("test-guardrail");
        var refused = await TellAsync(test, "a SECRET");
        var passed = await AskAsync(test, "a word");
        var streamed = await StreamAsync(test, "a word");
        var thrown = await TellAsync(test, "boom");
        var code = ContextOf("test-guardrail");
        var reason = await TakeAwayAsync(test);

        Assert.Contains("a secret", before, StringComparison.Ordinal);
        Assert.Equal((PluginState.Active, "hook:word-guard"), (status.State, Assert.Single(status.Capabilities)));
        Assert.Equal((400, "content_filter", "That word is not for models."), (refused.Status, refused.Code, refused.Message));
        Assert.Contains("a word", passed, StringComparison.Ordinal);
        Assert.Contains("a word", streamed, StringComparison.Ordinal);
        Assert.Equal((502, "hook_fault"), (thrown.Status, thrown.Code));
        Assert.DoesNotContain("what the prompt said", thrown.ToString(), StringComparison.Ordinal);
        Assert.False(code.IsAlive, reason);
        Assert.Equal(before, await AskAsync(test, "a secret"));
    }

    [Fact]
    public async Task Plugin_TakenAwayInTheMiddleOfAStream_GuardsItToItsEnd()
    {
        await using var test = new TestConductor().WithPlugin("tests/TestPlugins/Conductor.TestPlugins.Echo");
        File.Copy(Path.Combine(Repository.Built(Guardrail), GuardrailFile), Path.Combine(test.OperationFolder, GuardrailFile));
        await test.Conductor.StartAsync(CancellationToken.None);
        var code = ContextOf("test-guardrail");

        Assert.Equal("a word ", await StreamAndTakeAwayAsync(test));
        var reason = (await test.Conductor.RescanAsync(CancellationToken.None)).FirstOrDefault(plugin => plugin.Id == "test-guardrail")?.Reason;

        Assert.False(code.IsAlive, reason);
    }

    [Fact]
    public async Task Plugin_ThatIsConfiguredAndTakenAway_NoCallIsMadeWithoutIt()
    {
        await using var test = new TestConductor(("hooks:word-guard:enabled", "true")).WithPlugin("tests/TestPlugins/Conductor.TestPlugins.Echo").WithOperation(Guardrail);
        await test.Conductor.StartAsync(CancellationToken.None);
        Assert.Contains("a word", await AskAsync(test, "a word"), StringComparison.Ordinal);

        Directory.Delete(Path.Combine(test.OperationFolder, Path.GetFileName(Guardrail)), recursive: true);
        await test.Conductor.RescanAsync(CancellationToken.None);

        Assert.Empty(test.Conductor.Catalog.Hooks);
        Assert.Single(test.Settings.Current.Hooks);
        Assert.Equal((503, "hook_missing"), await TellAsync(test, "a word") is var told ? (told.Status, told.Code) : default);
    }

    [Fact]
    public async Task Plugin_ThatHangs_RefusesAfterItsTime_AndIsQuarantined()
    {
        await using var test = new TestConductor(("hooks:word-guard:timeout", "50ms"), ("plugins:quarantine:faults", "2")).WithPlugin("tests/TestPlugins/Conductor.TestPlugins.Echo").WithOperation(Guardrail);
        await test.Conductor.StartAsync(CancellationToken.None);

        Assert.Equal((502, 502, 503), ((await TellAsync(test, "hang")).Status, (await TellAsync(test, "hang")).Status, (await TellAsync(test, "a word")).Status));
        Assert.Equal(PluginState.Faulted, test.Status("test-guardrail").State);
        Assert.StartsWith("Hook 'word-guard' is quarantined", test.Status("test-guardrail").Reason, StringComparison.Ordinal);

        await test.Conductor.RescanAsync(CancellationToken.None); // somebody has looked at it
        Assert.Contains("a word", await AskAsync(test, "a word"), StringComparison.Ordinal);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<string> StreamAndTakeAwayAsync(TestConductor test)
    {
        await using var call = Chat("a word", isStreaming: true);
        var outcome = await test.Conductor.ChatAsync(call, CancellationToken.None);
        var text = "";
        await foreach (var update in outcome.Updates!)
        {
            if (text.Length == 0)
            {
                File.Delete(Path.Combine(test.OperationFolder, GuardrailFile));
                await test.Runtime.FollowAsync(new HashSet<PluginEntry>(), CancellationToken.None);
                Assert.Empty(test.Conductor.Catalog.Hooks);
            }

            text += update.Text;
        }

        return text;
    }

    private static ChatCall Chat(string text, bool isStreaming) => new()
    {
        Context = CallContext.New(),
        Model = "test-echo/echo",
        IsStreaming = isStreaming,
        Request = new ChatRequest([new ChatMessage(ChatRole.User, text)], new ChatOptions()),
    };

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<string> AskAsync(TestConductor test, string text)
    {
        await using var call = Chat(text, isStreaming: false);
        return (await test.Conductor.ChatAsync(call, CancellationToken.None)).Response!.Text;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<string> StreamAsync(TestConductor test, string text)
    {
        await using var call = Chat(text, isStreaming: true);
        return string.Concat((await (await test.Conductor.ChatAsync(call, CancellationToken.None)).Updates!.ToListAsync()).Select(update => update.Text));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<ConductorException> TellAsync(TestConductor test, string text) => await Assert.ThrowsAsync<ConductorException>(() => AskAsync(test, text));

    private static async Task<string?> TakeAwayAsync(TestConductor test)
    {
        File.Delete(Path.Combine(test.OperationFolder, GuardrailFile));
        var statuses = await test.Conductor.RescanAsync(CancellationToken.None);
        return statuses.FirstOrDefault(plugin => plugin.Id == "test-guardrail")?.Reason;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference ContextOf(string plugin) =>
        new(AssemblyLoadContext.All.Single(context => context.Name?.StartsWith(plugin, StringComparison.Ordinal) == true));
}
