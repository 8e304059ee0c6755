namespace Conductor.TestKit.Tests;

/// <summary>That the suite can fail: plugins that do one thing wrong each, and the sentence that they are told.</summary>
public sealed class FaultyPluginsTests
{
    private static readonly Dictionary<string, OperationExample> Example = new() { ["faulty_operation"] = new("""{"text":"four"}""", """{"length":4}""") };

    [Fact]
    public async Task Provider_WithoutAFault_Passes() => (await RunAsync("")).RequireAll();

    [Theory]
    [InlineData("lists-twice", "models", "lists the model 'fake-model' twice")]
    [InlineData("throws-at-health", "health", "reports failure as a value")]
    [InlineData("trims-pieces", "chat.stream", "white space included")]
    [InlineData("has-no-finish", "chat.finish", "no FinishReason")]
    [InlineData("counts-below-zero", "chat.usage", "a negative number of tokens")]
    [InlineData("loses-arguments", "chat.tools", "with the city '' where the upstream said 'Kraków'")]
    [InlineData("cuts-characters", "chat.unicode", "decode UTF-8 across reads")]
    [InlineData("mixes-calls", "chat.concurrent", "calls share state")]
    [InlineData("ignores-the-token", "cancel.waiting", "pass the cancellation token on")]
    [InlineData("keeps-the-connection", "cancel.reader-leaves", "dispose the response of a call that ends early")]
    [InlineData("keeps-the-connection", "raw.leave", "disposing a RawReply ends the upstream's work")]
    [InlineData("repeats-the-upstream", "error.400", "repeats the upstream's own text")]
    [InlineData("tells-the-key", "error.401", "holds the key")]
    [InlineData("tells-the-address", "error.404", "holds the upstream's address")]
    [InlineData("throws-its-own", "error.500", "throws HttpRequestException (no) instead of a ProviderException")]
    [InlineData("takes-all-for-500", "error.503", "the failure's kind is ServerError; it must be Overloaded")]
    [InlineData("reads-no-header", "error.429", "RetryAfter is null; read the header")]
    [InlineData("takes-a-cut-for-an-end", "error.stream-unfinished", "reports no failure")]
    [InlineData("loses-a-vector", "embeddings.vectors", "For 3 texts it gives 2 vectors")]
    [InlineData("turns-vectors-around", "embeddings.vectors", "not in the order of the texts")]
    [InlineData("forgets-dimensions", "embeddings.dimensions", "Asked for 2 dimensions it gives 8")]
    [InlineData("forgets-the-limit", "raw.limit", "says that it adds RawRequest.MaxOutputTokens")]
    [InlineData("writes-anew", "raw.bytes", "send RawRequest.Body as it is")]
    [InlineData("hides-engine", "engines.listed", "routing would never find it")]
    [InlineData("throws-at-dispose", "dispose", "throws InvalidOperationException")]
    public async Task Provider_OneFault_IsToldWhatAndWhatToDo(string fault, string check, string sentence)
    {
        var report = await RunAsync(fault);

        Assert.Equal(ConformanceOutcome.Failed, report[check].Outcome);
        Assert.Contains(sentence, report[check].Message, StringComparison.Ordinal);
        Assert.False(report.IsConformant);
    }

    [Fact]
    public async Task Operation_WithoutAFault_Passes() => (await RunOperationAsync("")).RequireAll();

    [Theory]
    [InlineData("odd-name", "descriptor", "lower case letters, digits and '_'")]
    [InlineData("loose-schema", "schemas", "does not say 'type: object'")]
    [InlineData("refuses-all", "request", "refuses the example request that fits its schema")]
    [InlineData("trips-over-requests", "request.wrong", "an OperationRequestException that names the field")]
    [InlineData("broken-prompt", "prompt", "faulty_operation")]
    [InlineData("unnamed-variable", "prompt", "requires tone")]
    [InlineData("odd-result", "reply", "does not fit its result schema")]
    [InlineData("trips-over-replies", "reply.wrong", "an OperationReplyException")]
    public async Task Operation_OneFault_IsToldWhatAndWhatToDo(string fault, string check, string sentence)
    {
        var report = await RunOperationAsync(fault);

        Assert.Equal(ConformanceOutcome.Failed, report[check].Outcome);
        Assert.Contains(sentence, report[check].Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plugin_ThatStaysInMemory_FailsUnload()
    {
        var report = await PluginConformance.RunAsync(Plugins.Test("Leaking"), CancellationToken.None);

        Assert.Equal(ConformanceOutcome.Failed, report["unload"].Outcome);
        Assert.Contains("static event handler", report["unload"].Message, StringComparison.Ordinal);
        Assert.Equal(ConformanceOutcome.Passed, report["chat.whole"].Outcome);
    }

    [Theory]
    [InlineData("Throwing", "no licence file")]
    [InlineData("StaticThrowing", "no licence server")]
    public async Task Plugin_ThatCannotBeCreated_FailsLoadAndRunsNothing(string plugin, string sentence)
    {
        var report = await PluginConformance.RunAsync(Plugins.Test(plugin), CancellationToken.None);

        Assert.Contains(sentence, report["load"].Message, StringComparison.Ordinal);
        Assert.All(report.Results.Skip(1), result => Assert.Equal(ConformanceOutcome.NotRun, result.Outcome));
        Assert.Throws<ConformanceException>(() => report.Require("chat.whole"));
    }

    [Fact]
    public async Task Plugin_WithoutItsSettings_IsToldWhichAreMissing()
    {
        var report = await PluginConformance.RunAsync(Plugins.Test("Demanding", ("region", "moon")), CancellationToken.None);

        Assert.Contains("it must be 'eu' or 'us'. Give the kit the settings that the plugin needs.", report["provider"].Message, StringComparison.Ordinal);
        Assert.Equal(ConformanceOutcome.Passed, report["unload"].Outcome);
    }

    [Theory]
    [InlineData("null", "chat.whole", "GetResponseAsync gives null")]
    [InlineData("throws-async", "chat.whole", "It threw OwnException (my own fault)")]
    [InlineData("cancels", "chat.whole", "It threw OperationCanceledException")]
    public async Task Plugin_ThatMisbehaves_IsTold(string mode, string check, string sentence)
    {
        var report = await PluginConformance.RunAsync(Plugins.Test("Misbehaving", ("mode", mode)), CancellationToken.None);

        Assert.Contains(sentence, report[check].Message, StringComparison.Ordinal);
        Assert.Equal(ConformanceOutcome.Passed, report["unload"].Outcome);
    }

    [Theory]
    [InlineData("nowhere.dll", "is not there")]
    [InlineData("Conductor.Plugins.sln", "is no DLL")]
    [InlineData("docs", "has neither a project file nor 'docs.dll'")]
    public async Task Path_ThatIsNoPlugin_FailsLoad(string path, string sentence)
    {
        var report = await PluginConformance.RunAsync(new PluginUnderTest { Path = Path.Combine(Plugins.Repository, path) }, CancellationToken.None);

        Assert.Equal(ConformanceOutcome.Failed, Assert.Single(report.Results).Outcome);
        Assert.Contains(sentence, report["load"].Message, StringComparison.Ordinal);
    }

    // Impatient: what never happens is waited for.
    private static Task<ConformanceReport> RunAsync(string fault) => PluginConformance.RunAsync(
        Plugins.Test("Faulty", ("fault", fault)) with { Upstream = OpenAIScript.StartAsync, Patience = TimeSpan.FromSeconds(fault.Length == 0 ? 20 : 2) }, CancellationToken.None);

    private static Task<ConformanceReport> RunOperationAsync(string fault) =>
        PluginConformance.RunAsync(Plugins.Test("FaultyOperation", ("fault", fault)) with { Examples = Example }, CancellationToken.None);
}
