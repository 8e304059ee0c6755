using System.Globalization;
using System.Text;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Operations;
using Conductor.Providers;
using Conductor.Settings;
using Conductor.Storage;
using Conductor.Telemetry;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Core.Tests.Machine;

public sealed class BatchTests
{
    [Fact]
    public async Task Batch_256WithFailuresInBetween_InOrderEachItsOwnStatusAndRow()
    {
        var a = new FakeProvider("a")
        {
            Answer = async (messages, _, _) =>
            {
                await Task.Yield();
                return int.Parse(messages[^1].Text, CultureInfo.InvariantCulture) % 7 == 3
                    ? throw new ProviderException(ProviderErrorKind.RateLimited, "slow")
                    : Replies.Text($$"""{"echo":"{{messages[^1].Text}}"}""");
            },
        };
        await using var machine = Machine(a);
        var inputs = Enumerable.Range(0, 256).Select(i => i % 10 == 5 ? "0" : $"\"{i}\"");

        var items = await RunAsync(machine, $$"""{"inputs":[{{string.Join(',', inputs)}}]}""");

        Assert.Equal(Enumerable.Range(0, 256), items.Select(item => item.Index));
        Assert.All(items, item => Assert.Equal(item.Index % 10 == 5 ? 400 : item.Index % 7 == 3 ? 429 : 200, item.Status));
        Assert.All(items.Where(item => item.Answer is not null), item => Assert.Equal($$"""{"echo":"{{item.Index}}"}""", Encoding.UTF8.GetString(item.Answer!.Result.Span)));
        machine.AssertIdle();
        await machine.Get<LedgerWriter>().FlushAsync(CancellationToken.None);
        var rows = new List<LedgerRow>();
        foreach (var item in items)
        {
            rows.AddRange(await machine.Store.FindAsync(CallContext.DefaultTenant, $"batch.{item.Index}", CancellationToken.None));
        }

        Assert.Equal(items.Count(item => item.Status != 400), rows.Count);
        Assert.Equal(rows.Count, rows.Select(row => (row.CallId, row.Attempt)).Distinct().Count());
    }

    [Fact]
    public async Task Batch_ManyItems_NeverMoreAtOnceThanItsWidth()
    {
        var (now, most) = (0, 0);
        using var full = new SemaphoreSlim(0);
        var a = new FakeProvider("a")
        {
            Answer = async (_, _, token) =>
            {
                var at = Interlocked.Increment(ref now);
                InterlockedMax(ref most, at);
                if (at == 3)
                {
                    full.Release(100); // the third is there: now all may go
                }

                await full.WaitAsync(token);
                full.Release();
                Interlocked.Decrement(ref now);
                return Replies.Text("""{"echo":"x"}""");
            },
        };
        await using var machine = Machine(a);

        var items = await RunAsync(machine, $$"""{"inputs":[{{string.Join(',', Enumerable.Range(0, 40).Select(i => $"\"{i}\""))}}]}""", width: 3);

        Assert.All(items, item => Assert.Equal(200, item.Status));
        Assert.Equal(3, most);
    }

    [Theory]
    [InlineData(200, null, 8)]
    [InlineData(16, null, 4)]
    [InlineData(3, null, 1)]
    [InlineData(200, 8, 2)]
    [InlineData(200, 1, 1)]
    [InlineData(8, 100, 2)]
    public void Width_IsAFourthOfThePlacesAndAtMostEight(int places, int? ofTenant, int width)
    {
        var settings = new ConductorSettings
        {
            Limits = new LimitsSettings { MaxConcurrentRequests = places },
            Tenants = new Dictionary<string, TenantSettings> { ["t"] = new() { Concurrency = ofTenant } },
        };

        Assert.Equal(width, OperationBatchRun.WidthFor(settings, "t"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Batch_CallerLeavesOrStopsReading_AllEndTogether(bool isCancelled)
    {
        using var atWork = new SemaphoreSlim(0);
        var a = new FakeProvider("a")
        {
            Answer = async (messages, _, token) =>
            {
                if (messages[^1].Text == "0")
                {
                    return Replies.Text("""{"echo":"first"}""");
                }

                atWork.Release();
                return await Replies.Never<ChatResponse>(token);
            },
        };
        await using var machine = Machine(a);
        using var left = new CancellationTokenSource();
        using var request = Parse(machine, """{"inputs":["0","1","2","3","4","5","6","7","8","9"]}""");
        var batch = request.ReadBatch(Context, left.Token);

        var items = Run(machine, batch, 4).GetAsyncEnumerator(left.Token);
        Assert.True(await items.MoveNextAsync());
        for (var i = 0; i < 4; i++)
        {
            Assert.True(await atWork.WaitAsync(TimeSpan.FromSeconds(30)));
        }

        if (isCancelled)
        {
            var next = items.MoveNextAsync();
            await left.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        }

        await items.DisposeAsync();

        Assert.Equal(5, a.Calls); // the first and the four at work: no other was begun
        machine.AssertIdle();
    }

    [Fact]
    public async Task Item_OwnMembers_WinOverThoseBesideTheInputs()
    {
        var payloads = new List<string>();
        var operation = new FakeOperation { OnValidate = payload => payloads.Add(Encoding.UTF8.GetString(payload.Span)) };
        await using var machine = Machine(Saying(), operation);

        var items = await RunAsync(machine, """
            {
              "language": "en", "parameters": { "times": 2 }, "context": { "a": 1 }, "model": "a/m", "max_tokens": 9, "temperature": 0.5, "top_p": 0.25,
              "inputs": [ "plain", { "text": "own", "language": "de", "parameters": { "times": 3 }, "context": null } ]
            }
            """, width: 1);

        Assert.Equal(
        [
            """{"text":"plain","language":"en","parameters":{"times":2},"context":{"a":1}}""",
            """{"text":"own","language":"de","parameters":{"times":3},"context":{"a":1}}""",
        ],
        payloads.Select(payload => payload.Replace(" ", "", StringComparison.Ordinal)));
        Assert.All(items, item => Assert.Equal(200, item.Status));
    }

    [Fact]
    public async Task Item_Envelope_OfTheBatchWithTheHeadersOverIt()
    {
        await using var machine = Machine(Saying());
        using var request = Parse(machine, """{"inputs":["x"],"model":"a/m","max_tokens":9,"temperature":0.5,"top_p":0.25,"provider":"a","options":{"use_cache":false,"max_retries":2}}""");
        var batch = request.ReadBatch(Context, CancellationToken.None, new CallOptions { Cache = CacheUse.Refresh, Timeout = TimeSpan.FromSeconds(3) });

        await using var call = await batch.ReadAsync(0);

        Assert.Equal(("a/m", 9, 0.5f, 0.25f, "a"), (call.Model, call.MaxTokens, call.Temperature, call.TopP, call.Constraints.ForcedProvider));
        Assert.Equal(new CallOptions { Cache = CacheUse.Refresh, MaxRetries = 2, Timeout = TimeSpan.FromSeconds(3) }, call.Options);
        Assert.Equal("batch.0", call.Context.RequestId);
        Assert.NotEqual(Context.CallId, call.Context.CallId);
    }

    [Theory]
    [InlineData("""{"inputs":[]}""", "inputs", "invalid_length")]
    [InlineData("""{"inputs":"text"}""", "inputs", "invalid_value")]
    [InlineData("""{"inputs":{}}""", "inputs", "invalid_value")]
    [InlineData("""{"inputs":null}""", "inputs", "missing_field")]
    [InlineData("""{"text":"x"}""", "inputs", "missing_field")]
    [InlineData("""{"inputs":["x"],"text":"y"}""", "text", "invalid_value")]
    [InlineData("""{"inputs":["x"],"imputs":["y"]}""", "imputs", "unknown_field")]
    [InlineData("""{"inputs":["x"],"max_tokens":0}""", "max_tokens", "invalid_value")]
    [InlineData("""{"inputs":["x"],"provider":"nobody"}""", "provider", "unknown_provider")]
    [InlineData("""{"inputs":["x"],"options":{"use_cash":true}}""", "options.use_cash", "unknown_field")]
    [InlineData("""{"inputs":["x"],"inputs":["y"]}""", null, "invalid_json")]
    public async Task Batch_WrongAsAWhole_400NamingTheField(string body, string? param, string code)
    {
        await using var machine = Machine(Saying());

        var error = Assert.Throws<InvalidRequestException>(() =>
        {
            using var request = Parse(machine, body);
            request.ReadBatch(Context, CancellationToken.None);
        });

        Assert.Equal((400, param, code), (error.Status, error.Param, error.Code));
    }

    [Fact]
    public async Task Batch_257Items_400()
    {
        await using var machine = Machine(Saying());
        using var request = Parse(machine, $$"""{"inputs":[{{string.Join(',', Enumerable.Repeat("\"x\"", 257))}}]}""");

        var error = Assert.Throws<InvalidRequestException>(() => request.ReadBatch(Context, CancellationToken.None));

        Assert.Equal(("inputs", "invalid_length"), (error.Param, error.Code));
        Assert.Contains("257", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Batch_CommonContextTimesItemsTooLarge_400BeforeAnyPayload()
    {
        var settings = new ConductorSettings { Limits = new LimitsSettings { MaxBodyBytes = 100_000 } };
        await using var machine = new TestMachine(settings, [Saying()], [new FakeOperation()]);
        var inputs = string.Join(',', Enumerable.Repeat("\"x\"", 100));
        using var large = Parse(machine, $$$"""{"inputs":[{{{inputs}}}],"context":{"a":"{{{new string('c', 2_000)}}}"}}""");
        using var small = Parse(machine, $$$"""{"inputs":[{{{inputs}}}],"context":{"a":"{{{new string('c', 500)}}}"}}""");

        var error = Assert.Throws<InvalidRequestException>(() => large.ReadBatch(Context, CancellationToken.None));

        Assert.Equal(("inputs", "batch_too_large"), (error.Param, error.Code));
        Assert.Equal(100, small.ReadBatch(Context, CancellationToken.None).Count);
    }

    [Theory]
    [InlineData("\"\"", "text", "invalid_length")]
    [InlineData("\"\\ud800\"", "text", "invalid_json")]
    [InlineData("5", "inputs", "invalid_value")]
    [InlineData("null", "inputs", "invalid_value")]
    [InlineData("[\"x\"]", "inputs", "invalid_value")]
    [InlineData("{}", "text", "missing_field")]
    [InlineData("""{"text":"x","txt":"y"}""", "txt", "unknown_field")]
    [InlineData("""{"text":"x","model":"a/m"}""", "model", "unknown_field")]
    [InlineData("""{"text":"x","parameters":{"times":99}}""", "parameters.times", "invalid_value")]
    [InlineData("""{"text":5}""", "text", "invalid_value")]
    public async Task Item_Wrong_OnlyItsOwnError(string item, string param, string code)
    {
        await using var machine = Machine(Saying());

        var items = await RunAsync(machine, $$"""{"inputs":["good",{{item}},"good too"]}""");

        Assert.Equal([200, 400, 200], items.Select(done => done.Status));
        Assert.Equal((param, code), (items[1].Error!.Param, items[1].Error!.Code));
        Assert.Equal(NanoUsd.Zero, items[1].Cost.Amount);
    }

    [Fact]
    public async Task Batch_ResultsTooLongTogether_TheRestIsRefusedUnasked()
    {
        var a = new FakeProvider("a") { Answer = (_, _, _) => Task.FromResult(Replies.Text($$"""{"echo":"{{new string('x', 1_000)}}"}""")) };
        await using var machine = Machine(a);
        using var request = Parse(machine, $$"""{"inputs":[{{string.Join(',', Enumerable.Range(0, 20).Select(i => $"\"{i}\""))}}]}""");

        var items = await new OperationBatchRun(request.ReadBatch(Context, CancellationToken.None), machine.SendAsync, 1, NullLogger.Instance, mostBytes: 5_000)
            .RunAsync(CancellationToken.None).ToListAsync();

        Assert.Equal([.. Enumerable.Repeat(200, 5), .. Enumerable.Repeat(400, 15)], items.Select(item => item.Status));
        Assert.All(items.Skip(5), item => Assert.Equal(("batch_too_large", 0m), (item.Error!.Code, item.Cost.Usd)));
        Assert.Equal(5, a.Calls);
    }

    [Fact]
    public async Task Batch_TenantWithAListOfModels_HeldToItItemByItemAndSharesNoAnswer()
    {
        var a = new FakeProvider("a", "m", "ok") { Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"x"}""")) };
        var settings = TestMachine.Alias("fast", "a/m") with { Tenants = new Dictionary<string, TenantSettings> { ["t"] = new() { Models = ["a/ok"] } } };
        await using var machine = new TestMachine(settings, [a], [new FakeOperation()]);
        var free = CallContext.New();
        var bound = CallContext.New() with { TenantId = "t" };

        Assert.Equal([200, 200], await StatusesAsync(free, "fast"));
        var asked = a.Calls;
        Assert.All(await StatusesAsync(bound, "fast"), status => Assert.InRange(status, 400, 499)); // nor from the other tenant's cache
        Assert.Equal(asked, a.Calls);
        Assert.Equal([200, 200], await StatusesAsync(bound, "a/ok"));
        Assert.Equal(asked * 2, a.Calls);

        async Task<List<int>> StatusesAsync(CallContext context, string model)
        {
            using var request = Parse(machine, $$"""{"inputs":["one","two"],"model":"{{model}}"}""");
            var items = await Run(machine, request.ReadBatch(context, CancellationToken.None), 1).ToListAsync();
            return [.. items.Select(item => item.Status)];
        }
    }

    [Fact]
    public async Task Item_FailsUnforeseen_ItsOwn500AndTheOthersGoOn()
    {
        await using var machine = Machine(Saying());
        var batch = new OperationBatch("echo", Context, 2, (index, context) => index == 0 ? throw new FormatException("secret") : Task.FromResult(machine.Operation("x", model: "a/m").With(context)));

        var items = await Run(machine, batch, 2).ToListAsync();

        Assert.Equal([(500, "internal_error"), (200, null)], items.Select(item => (item.Status, item.Error?.Code)));
        Assert.DoesNotContain("secret", items[0].Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Totals_SumsWithCostsOfFailedItems()
    {
        var a = new FakeProvider("a") { Answer = (messages, _, _) => Task.FromResult(Replies.Text(messages.Any(message => message.Text == "bad") ? "no json" : """{"echo":"x"}""", 10, 20)) };
        await using var machine = Machine(a);
        var totals = new OperationBatchTotals();

        foreach (var item in await RunAsync(machine, """{"inputs":["a","bad","b"],"options":{"use_cache":false}}"""))
        {
            totals.Add(item);
        }

        totals.Finish(TimeSpan.FromSeconds(2));
        Assert.Equal((2, 1), (totals.Succeeded, totals.Failed));
        Assert.Equal((20, 40), (totals.Usage.InputTokens, totals.Usage.OutputTokens)); // of the two results
        var each = CostOf(10, 20);
        Assert.Equal((each * 4, "settled"), (totals.Cost.Usd, totals.Cost.Status)); // and of the two answers that fitted nothing
        Assert.Equal(TimeSpan.FromSeconds(2), totals.Timings.Total);
    }

    [Fact]
    public void Totals_OneCostUnknown_Unknown()
    {
        var totals = new OperationBatchTotals();
        var error = ConductorErrors.Draining();
        totals.Add(new OperationBatchItem(0, null, error, new CallCost(NanoUsd.FromUsd(1), "estimated")));
        Assert.Equal((1m, "estimated"), (totals.Cost.Usd, totals.Cost.Status));

        totals.Add(new OperationBatchItem(1, null, error, new CallCost(null, "unknown")));
        totals.Add(new OperationBatchItem(2, null, error, new CallCost(NanoUsd.FromUsd(1), "settled")));

        Assert.Equal((null, "unknown"), (totals.Cost.Usd, totals.Cost.Status));
    }

    [Fact]
    public void Record_LongestRequestIdOfAnItem_KeepsItsIndex()
    {
        var id = new string('r', 128) + ".255";
        var call = new OperationCall { Context = CallContext.New() with { RequestId = id }, Operation = "echo", Model = "m", Payload = default };

        Assert.Equal(id, CallRecord.From(call, null, null, default, default).RequestId);
    }

    private static CallContext Context { get; } = CallContext.New() with { RequestId = "batch" };

    private static FakeProvider Saying() => new("a") { Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"x"}""")) };

    private static decimal CostOf(long input, long output) => FakeProvider.Model("m").Price!.CostOf(new TokenUsage { InputTokens = input, OutputTokens = output }).ToUsd();

    private static TestMachine Machine(FakeProvider provider, FakeOperation? operation = null) => new(new ConductorSettings(), [provider], [operation ?? new FakeOperation()]);

    private static OperationRequest Parse(TestMachine machine, string body) => OperationRequest.Parse("echo", Encoding.UTF8.GetBytes(body), machine.Snapshot);

    private static async Task<List<OperationBatchItem>> RunAsync(TestMachine machine, string body, int width = 8)
    {
        using var request = Parse(machine, body);
        return await Run(machine, request.ReadBatch(Context, CancellationToken.None), width).ToListAsync();
    }

    private static IAsyncEnumerable<OperationBatchItem> Run(TestMachine machine, OperationBatch batch, int width) =>
        new OperationBatchRun(batch, machine.SendAsync, width, NullLogger.Instance).RunAsync(CancellationToken.None);

    private static void InterlockedMax(ref int most, int value)
    {
        var seen = Volatile.Read(ref most);
        while (value > seen && Interlocked.CompareExchange(ref most, value, seen) is var now && now != seen)
        {
            seen = now;
        }
    }
}

internal static class OperationCallExtensions
{
    public static OperationCall With(this OperationCall call, CallContext context) => new() { Context = context, Operation = call.Operation, Model = call.Model, Payload = call.Payload };
}
