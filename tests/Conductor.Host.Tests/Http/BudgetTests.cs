using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.Storage;
using Conductor.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Http;

/// <summary>Budgets from outside: no route is a side door, and a restart forgets nothing.</summary>
public sealed class BudgetTests
{
    private const string Chat = """{"model":"fake/m","max_tokens":2,"messages":[{"role":"user","content":"Hi"}]}""";
    private const string Streamed = """{"model":"fake/m","stream":true,"max_tokens":2,"messages":[{"role":"user","content":"Hi"}]}""";

    /// <summary>Every answer costs two dollars, every vector five: the upstream states 2 tokens of output and 5 of input. 20 of them fit.</summary>
    [Theory]
    [InlineData(64, "/v1/chat/completions", Chat)]
    [InlineData(600, "/v1/chat/completions", Chat)]
    [InlineData(64, "/v1/chat/completions", Streamed)]
    [InlineData(600, "/v1/chat/completions", Streamed)]
    [InlineData(64, "/openai/v1/chat/completions", Chat)]
    [InlineData(64, "/v1/completions", """{"model":"fake/m","max_tokens":2,"prompt":"Hi"}""")]
    [InlineData(64, "/v1/responses", """{"model":"fake/m","max_output_tokens":16,"input":"Hi"}""")]
    [InlineData(64, "/v1/responses", """{"model":"fake/m","stream":true,"max_output_tokens":16,"input":"Hi"}""")]
    [InlineData(64, "/v1/messages", Chat)]
    [InlineData(64, "/v1/messages", Streamed)]
    [InlineData(64, "/v1beta/models/fake/m:generateContent", """{"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":{"maxOutputTokens":2}}""")]
    [InlineData(64, "/v1beta/models/fake/m:streamGenerateContent?alt=sse", """{"contents":[{"parts":[{"text":"Hi"}]}],"generationConfig":{"maxOutputTokens":2}}""")]
    [InlineData(64, "/api/chat", """{"model":"fake/m","messages":[{"role":"user","content":"Hi"}],"options":{"num_predict":2}}""")]
    [InlineData(64, "/api/generate", """{"model":"fake/m","prompt":"Hi","stream":false,"options":{"num_predict":2}}""")]
    [InlineData(64, "/v1/operations/response_generation", """{"text":"hello","model":"fake/m","max_tokens":2}""")]
    [InlineData(64, "/v1/operations/response_generation?stream=true", """{"text":"hello","model":"fake/m","max_tokens":2}""")]
    [InlineData(64, "/v1/embeddings", """{"model":"fake/e","input":"a"}""")]
    [InlineData(64, "/v1beta/models/fake/e:embedContent", """{"content":{"parts":[{"text":"a"}]}}""")]
    [InlineData(64, "/api/embed", """{"model":"fake/e","input":"a"}""")]
    [InlineData(64, "/v1/operations/embeddings", """{"text":"a","model":"fake/e"}""")]
    public async Task Route_ManyAtOnceOnABudgetForTwenty_AtMostTwentyAreAsked(int callers, string path, string body)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var isVector = (path + body).Contains("fake/e", StringComparison.Ordinal);
        var isLonger = body.Contains("max_output_tokens", StringComparison.Ordinal); // the dialect's least: 16 are set aside, 2 are spent
        await using var gateway = await StartAsync(upstream, $"{{ usd: {(isVector ? 100 : 40)} }}");
        var statuses = new ConcurrentBag<(HttpStatusCode Status, string Body)>();

        async Task Ask()
        {
            using var response = await gateway.PostAsync(path, body);
            statuses.Add((response.StatusCode, await response.Content.ReadAsStringAsync()));
        }

        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Ask()));
        for (var i = 0; i < 25 && (isVector || isLonger); i++)
        {
            await Ask(); // what was set aside and not spent is usable one by one
        }

        var asked = upstream.Requests.Count(request => request.Method == "POST" && !request.Path.EndsWith("/v1/completions", StringComparison.Ordinal)); // it has no such address
        var answered = statuses.Count(one => one.Status == HttpStatusCode.OK);
        Assert.Equal(answered, asked);
        Assert.InRange(asked, isVector || isLonger ? 1 : 20, 20);
        Assert.All(statuses.Where(one => one.Status != HttpStatusCode.OK), one =>
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, one.Status);
            Assert.Contains("does not allow this call", one.Body, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Refusal_SaysWhoseBudgetAndWhenItIsWholeAgain_AndThatWaitingIsOfNoUse()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream, "{ usd: 3 }");
        using var first = await gateway.PostAsync("/v1/chat/completions", Chat);
        Assert.Equal("1.000000000", first.Headers.GetValues("x-conductor-budget-remaining-usd").Single());

        using var response = await gateway.PostAsync("/v1/chat/completions", Chat);

        var error = await ErrorAssert.IsAsync(response, 429, "insufficient_quota", "budget_exceeded");
        Assert.Matches(
            @"^The budget of tenant 'default' does not allow this call: it may cost up to \$2\.00, and \$1\.00 of \$3\.00 per month is left\. Resets 20\d\d-\d\d-01T00:00:00Z\.$",
            error.GetProperty("message").GetString());
        Assert.Equal("false", response.Headers.GetValues("x-should-retry").Single());
        Assert.Null(response.Headers.RetryAfter);
    }

    /// <summary>The bytes stay the caller's own, with the limit before them; a body that names one, if only as null, is said anew.</summary>
    [Theory]
    [InlineData("/v1/chat/completions", """{"model":"fake/m","odd" : [1,  2],"messages":[{"role":"user","content":"no \"max_tokens\" here"}]}""", """{"max_tokens":4096,"model":"m","odd" : [1,  2],"messages":""")]
    [InlineData("/v1/chat/completions", """{"model":"fake/m","stream":true,"odd" : [1,  2],"messages":[{"role":"user","content":"Hi"}]}""", """{"max_tokens":4096,"stream_options":{"include_usage":true},"model":"m","stream":true,"odd" : [1,  2],"messages":""")]
    [InlineData("/v1/chat/completions", """{"model":"fake/m","max_tokens":null,"odd" : [1,  2],"messages":[{"role":"user","content":"Hi"}]}""", "\"max_tokens\":4096")]
    public async Task Answer_WithoutALimitOfItsOwn_GoesOutWithOneAndOtherwiseUnchanged(string path, string body, string sent)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream, "{ usd: 10000 }");

        using var response = await gateway.PostAsync(path, body);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("max_tokens", response.Headers.GetValues("x-conductor-loss").Single());
        var text = upstream.Requests.Single(request => request.Method == "POST").BodyText;
        Assert.Contains(sent, text, StringComparison.Ordinal);
        Assert.Single(text.Split("max_tokens\":").Skip(1));
    }

    [Fact]
    public async Task Restart_WhatIsSpentStaysSpent()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        using var data = new TemporaryFolder();
        await using (var before = await StartAsync(upstream, "{ usd: 5 }", data.Path))
        {
            using var first = await before.PostAsync("/v1/chat/completions", Chat);
            using var second = await before.PostAsync("/v1/chat/completions", Streamed);
            Assert.Contains("[DONE]", await second.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        await using var after = await StartAsync(upstream, "{ usd: 5 }", data.Path);
        using var refused = await after.PostAsync("/v1/chat/completions", Chat);

        await ErrorAssert.IsAsync(refused, 429, "insufficient_quota", "budget_exceeded");
    }

    [Fact]
    public async Task LedgerThatCannotBeRead_NoCallUnderABudgetIsMade()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await StartAsync(upstream, "{ usd: 5 }", configure: services => services.AddSingleton<ILedgerStore, UnreadableLedger>().AddSingleton<IUsageReader>(new InMemoryLedgerStore()));

        using var response = await gateway.PostAsync("/v1/chat/completions", Chat);

        await ErrorAssert.IsAsync(response, 503, "overloaded_error", "storage_full");
        Assert.DoesNotContain(upstream.Requests, request => request.Method == "POST");
    }

    [Fact]
    public async Task Alert_IsPostedToTheWebhook()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var hook = await FakeUpstream.StartAsync();
        hook.Reply(FakeReply.Status(500)); // and told again
        await using var gateway = await StartAsync(upstream, "{ usd: 10, mode: soft, alert_percent: 30, per: day }", more: $$"""budgets: { alert_webhook: "{{hook.BaseUrl}}/hook" }""");

        for (var i = 0; i < 3; i++)
        {
            (await gateway.PostAsync("/v1/chat/completions", Chat)).Dispose();
        }

        var posted = await hook.WaitForRequestAsync(2).WaitAsync(TimeSpan.FromSeconds(60));
        using var json = JsonDocument.Parse(posted.BodyText);
        Assert.Equal(
            """{"event":"budget_alert","scope":"tenant","tenant":"default","name":null,"period":"day","mode":"soft","percent":30,"spent_usd":4.000000000,"limit_usd":10.000000000}""",
            "{" + string.Join(',', json.RootElement.EnumerateObject().Where(member => !member.Name.EndsWith("_at", StringComparison.Ordinal)).Select(member => $"\"{member.Name}\":{member.Value.GetRawText()}")) + "}");
    }

    private static Task<TestGateway> StartAsync(
        FakeUpstream upstream, string budget, string? data = null, string more = "", Action<IServiceCollection>? configure = null) => TestGateway.StartAsync(
        $$"""
        providers:
          fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: catalog, models: [ m, e ] }
        limits: { max_concurrent_requests: 1000 }
        cache: { enabled: false }
        {{more}}
        """,
        models: """
        catalog:
          - { provider: fake, model: m, usd_per_million: { input: 0, output: 1000000 } }
          - { provider: fake, model: e, usd_per_million: { input: 1000000, output: 0 }, capabilities: [ embeddings ] }
        """,
        tenants: $$"""
        tenants:
          default: { budget: {{budget}} }
        """,
        data: data,
        configure: configure);

    private sealed class UnreadableLedger : ILedgerStore, IBalanceReader
    {
        public Task AppendAsync(IReadOnlyList<LedgerRow> rows, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<IReadOnlyList<LedgerRow>> FindAsync(string tenantId, string requestId, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<LedgerRow>>([]);

        public Task<LedgerTotals> TotalsAsync(CancellationToken cancellationToken) => Task.FromResult(new LedgerTotals(0, 0, 0, Money.NanoUsd.Zero));

        public Task<IReadOnlyList<SpentAmount>> SpentAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
            throw new StorageException("The database is damaged.");
    }
}
