using System.Buffers;
using System.Text;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Operations;
using Conductor.Providers;
using Conductor.Settings;

namespace Conductor.Core.Tests.Machine;

public sealed class OperationCallReaderTests
{
    [Fact]
    public async Task Read_EveryMember_ArrivesWhereItBelongs()
    {
        await using var machine = Machine();

        var call = await ReadAsync(machine, """
            {
              "text": "hi \ud83d\ude42", "language": "en", "model": "smart", "provider": "a", "max_tokens": 9, "temperature": 0.5, "top_p": 1,
              "context": { "k": [1, {"x": null}] }, "parameters": { "times": 2 },
              "constraints": { "max_latency_ms": 100, "max_cost_cents": 0.5, "required_quality_score": 0.7, "preferred_providers": ["b"], "excluded_providers": ["c"] },
              "options": { "use_cache": false, "force_provider": "AUTO", "max_retries": 0, "timeout_ms": 1500 }
            }
            """);

        Assert.Equal(("echo", "smart", 9, 0.5f, 1f), (call.Operation, call.Model, call.MaxTokens, call.Temperature, call.TopP));
        Assert.Equal("a", call.Constraints.ForcedProvider);
        Assert.Equal((TimeSpan.FromMilliseconds(100), 0.005m, 0.7), (call.Constraints.MaxLatency, call.Constraints.MaxCost!.Value.ToUsd(), call.Constraints.RequiredQualityScore));
        Assert.Equal(["b"], call.Constraints.PreferredProviders);
        Assert.Equal(["c"], call.Constraints.ExcludedProviders);
        Assert.Equal(new CallOptions { Cache = CacheUse.Off, MaxRetries = 0, Timeout = TimeSpan.FromMilliseconds(1500) }, call.Options);
        using var payload = JsonDocument.Parse(call.Payload);
        Assert.Equal(["text", "language", "parameters", "context"], payload.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal("hi 🙂", payload.RootElement.GetProperty("text").GetString());
        Assert.Equal("""{"k":[1,{"x":null}]}""", payload.RootElement.GetProperty("context").GetRawText());
    }

    [Fact]
    public async Task Read_OnlyText_DefaultsHold()
    {
        await using var machine = Machine();

        var call = await ReadAsync(machine, """{"text":"x"}""");

        Assert.Equal(("auto", null, null, null), (call.Model, call.MaxTokens, call.Temperature, call.TopP));
        Assert.Equal((CallConstraints.None, CallOptions.Default), (call.Constraints, call.Options));
    }

    [Fact]
    public async Task Read_Nulls_AreAbsent()
    {
        await using var machine = Machine();

        var call = await ReadAsync(machine, """{"text":"x","model":null,"max_tokens":null,"context":null,"parameters":null,"constraints":null,"options":{"use_cache":null},"provider":null}""");

        Assert.Equal("""{"text":"x"}""", Encoding.UTF8.GetString(call.Payload.Span));
        Assert.Null(call.Options.Cache);
    }

    [Fact]
    public async Task Read_UnknownOperation_404WithNearest()
    {
        await using var machine = Machine();

        var error = await Assert.ThrowsAsync<ConductorException>(
            () => OperationCallReader.ReadAsync("ecko", """{"text":"x"}"""u8.ToArray(), CallContext.New(), machine.Snapshot, CancellationToken.None));

        Assert.Equal((404, "operation_not_found"), (error.Status, error.Code));
        Assert.Contains("'echo'", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, string?> Wrong => new()
    {
        { "{}", "text" },
        { """{"text":null}""", "text" },
        { """{"text":""}""", "text" },
        { """{"text":5}""", "text" },
        { """{"text":["a"]}""", "text" },
        { $$"""{"text":"{{new string('x', 101)}}"}""", "text" },
        { """{"text":"\ud800"}""", "text" },
        { """{"text":"\udc00\ud800"}""", "text" },
        { """{"text":"x","language":5}""", "language" },
        { """{"text":"x","language":"12345678901234567"}""", "language" },
        { """{"text":"x","language":"\ud800"}""", "language" },
        { """{"text":"x","model":5}""", "model" },
        { """{"text":"x","model":""}""", "model" },
        { """{"text":"x","model":"\ud800"}""", "model" },
        { $$"""{"text":"x","model":"{{new string('x', 401)}}"}""", "model" },
        { """{"text":"x","provider":"nobody"}""", "provider" },
        { """{"text":"x","provider":1}""", "provider" },
        { """{"text":"x","max_tokens":0}""", "max_tokens" },
        { """{"text":"x","max_tokens":-1}""", "max_tokens" },
        { """{"text":"x","max_tokens":1.5}""", "max_tokens" },
        { """{"text":"x","max_tokens":"5"}""", "max_tokens" },
        { """{"text":"x","max_tokens":true}""", "max_tokens" },
        { """{"text":"x","max_tokens":1000001}""", "max_tokens" },
        { """{"text":"x","max_tokens":99999999999999999999999999}""", "max_tokens" },
        { """{"text":"x","max_tokens":1e999}""", "max_tokens" },
        { """{"text":"x","temperature":-0.1}""", "temperature" },
        { """{"text":"x","temperature":2.1}""", "temperature" },
        { """{"text":"x","temperature":1e999}""", "temperature" },
        { """{"text":"x","temperature":-1e999}""", "temperature" },
        { """{"text":"x","temperature":"1"}""", "temperature" },
        { """{"text":"x","top_p":1.1}""", "top_p" },
        { """{"text":"x","top_p":-0.1}""", "top_p" },
        { """{"text":"x","context":"y"}""", "context" },
        { """{"text":"x","context":[]}""", "context" },
        { """{"text":"x","context":{"a":"\ud800"}}""", "context" },
        { """{"text":"x","parameters":5}""", "parameters" },
        { """{"text":"x","parameters":{"times":0}}""", "parameters.times" },
        { """{"text":"x","parameters":{"times":"2"}}""", "parameters.times" },
        { """{"text":"x","parameters":{"times":1e999}}""", "parameters.times" },
        { """{"text":"x","parameters":{"times":99999999999999999999999}}""", "parameters.times" },
        { """{"text":"x","parameters":{"tmies":2}}""", "parameters.tmies" },
        { """{"text":"x","parameters":{"nested":["\udfff"]}}""", "parameters" },
        { """{"text":"x","constraints":[]}""", "constraints" },
        { """{"text":"x","constraints":{"max_latency":5}}""", "constraints.max_latency" },
        { """{"text":"x","constraints":{"max_latency_ms":99}}""", "constraints.max_latency_ms" },
        { """{"text":"x","constraints":{"max_latency_ms":60001}}""", "constraints.max_latency_ms" },
        { """{"text":"x","constraints":{"max_cost_cents":-1}}""", "constraints.max_cost_cents" },
        { """{"text":"x","constraints":{"max_cost_cents":1e300}}""", "constraints.max_cost_cents" },
        { """{"text":"x","constraints":{"required_quality_score":1.5}}""", "constraints.required_quality_score" },
        { """{"text":"x","constraints":{"preferred_providers":"a"}}""", "constraints.preferred_providers" },
        { """{"text":"x","constraints":{"preferred_providers":["nobody"]}}""", "constraints.preferred_providers" },
        { """{"text":"x","constraints":{"excluded_providers":[5]}}""", "constraints.excluded_providers" },
        { """{"text":"x","constraints":{"excluded_providers":["\ud800"]}}""", "constraints.excluded_providers" },
        { """{"text":"x","options":true}""", "options" },
        { """{"text":"x","options":{"use_cache":"yes"}}""", "options.use_cache" },
        { """{"text":"x","options":{"use_cache":1}}""", "options.use_cache" },
        { """{"text":"x","options":{"force_provider":"nobody"}}""", "options.force_provider" },
        { """{"text":"x","options":{"max_retries":-1}}""", "options.max_retries" },
        { """{"text":"x","options":{"max_retries":8}}""", "options.max_retries" },
        { """{"text":"x","options":{"timeout_ms":0}}""", "options.timeout_ms" },
        { """{"text":"x","options":{"timeout_ms":600001}}""", "options.timeout_ms" },
        { """{"text":"x","options":{"timeout":1}}""", "options.timeout" },
        { """{"text":"x","txet":1}""", "txet" },
        { """{"Text":"x"}""", "Text" },
        { """{"text":"x","text":"y"}""", null },
        { """{"text":"x","options":{"use_cache":true,"use_cache":false}}""", null },
        { """{"text":"x","context":{"a":{"b":1,"b":2}}}""", null },
        { """{"text":"x","\ud800":1}""", null },
        { """{"text":"x","\ud800":1,"\ud800":2}""", null },
        { """{"text":"x","context":{"\ud800":1}}""", null },
        { """["text"]""", null },
        { "null", null },
        { "\"text\"", null },
        { "", null },
        { "   ", null },
        { "{", null },
        { """{"text":"x"} {}""", null },
        { """{"text":"x"},""", null },
        { """{"text":"x",}""", null },
        { """{"text":"x" /* why */}""", null },
        { """{'text':'x'}""", null },
        { """{"text":"x","temperature":NaN}""", null },
        { """{"text":"x","max_tokens":01}""", null },
        { "{\"text\":\"x\0\"}", null },
        { """{"text":"x","context":""" + string.Concat(Enumerable.Repeat("{\"a\":", 64)) + "1" + new string('}', 64) + "}", null },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Read_WrongRequest_400ThatNamesTheField(string body, string? field)
    {
        await using var machine = Machine();

        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => ReadAsync(machine, body));

        Assert.Equal(400, error.Status);
        Assert.NotEmpty(error.Message);
        if (field is not null)
        {
            Assert.Equal(field, error.Param);
            Assert.Contains(field, error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(0, machine.Snapshot.Operations["echo"].CallsInFlight);
    }

    [Theory]
    [InlineData("""{"text":"x","tempreature":1}""", "'temperature'")]
    [InlineData("""{"text":"x","options":{"use_cahce":true}}""", "'options.use_cache'")]
    [InlineData("""{"text":"x","constraints":{"max_cost_cent":1}}""", "'constraints.max_cost_cents'")]
    public async Task Read_MistypedMember_NearestNamed(string body, string nearest)
    {
        await using var machine = Machine();

        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => ReadAsync(machine, body));

        Assert.Contains(nearest, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_InvalidUtf8_400()
    {
        await using var machine = Machine();
        byte[][] bodies =
        [
            [.. "{\"text\":\"a"u8, 0xFF, .. "\"}"u8],
            [.. "{\"text\":\"a"u8, 0xC0, 0x80, .. "\"}"u8],
            [.. "{\"text\":\"a"u8, 0xED, 0xA0, 0x80, .. "\"}"u8],
            [.. "{\"text\":\"a\",\""u8, 0xFF, .. "\":1}"u8],
            [0xEF, 0xBB, 0xBF, .. "{\"text\":\"a\"}"u8],
            [0xFF, 0xFE, 0x7B, 0x00],
        ];

        await Assert.AllAsync(bodies, async body => Assert.Equal("invalid_json", (await Assert.ThrowsAsync<InvalidRequestException>(
            () => OperationCallReader.ReadAsync("echo", body, CallContext.New(), machine.Snapshot, CancellationToken.None))).Code));
    }

    [Fact]
    public async Task Read_NameOfAMegabyte_NotSaidBackWhole()
    {
        await using var machine = Machine();
        var name = new string('n', 1_000_000);

        var unknown = await Assert.ThrowsAsync<InvalidRequestException>(() => ReadAsync(machine, $$"""{"text":"x","{{name}}":1}"""));
        var provider = await Assert.ThrowsAsync<InvalidRequestException>(() => ReadAsync(machine, $$$"""{"text":"x","constraints":{"excluded_providers":["{{{name}}}"]}}"""));
        var nested = await Assert.ThrowsAsync<InvalidRequestException>(() => ReadAsync(machine, $$$"""{"text":"x","parameters":{"{{{name}}}":1}}"""));

        Assert.All(new[] { unknown, provider, nested }, error => Assert.InRange(error.Message.Length + error.Param!.Length, 1, 1_000));
    }

    [Fact]
    public async Task Read_TextAtItsLimits_Taken()
    {
        await using var machine = Machine();

        await ReadAsync(machine, """{"text":" "}""");
        var longest = await ReadAsync(machine, $$"""{"text":"{{new string('x', 100)}}"}""");

        Assert.NotNull(longest);
    }

    [Fact]
    public async Task Read_SettingsLimitBelowTheOperations_Holds()
    {
        await using var machine = Machine(new ConductorSettings { Limits = new LimitsSettings { MaxTextLength = 5 } });

        await ReadAsync(machine, """{"text":"12345"}""");

        Assert.Equal("text", (await Assert.ThrowsAsync<InvalidRequestException>(() => ReadAsync(machine, """{"text":"123456"}"""))).Param);
    }

    [Fact]
    public async Task Read_OperationWithoutText_TextMayBeLeftOut()
    {
        await using var machine = Machine(operation: new FakeOperation(requiresText: false));

        Assert.Equal("{}", Encoding.UTF8.GetString((await ReadAsync(machine, "{}")).Payload.Span));
        Assert.Equal("text", (await Assert.ThrowsAsync<InvalidRequestException>(() => ReadAsync(machine, """{"text":""}"""))).Param);
    }

    [Fact]
    public async Task Read_OperationFindsAMistake_400WithItsField()
    {
        var operation = new FakeOperation { OnValidate = _ => throw new OperationRequestException("parameters.times", "'parameters.times' must be odd.") };
        await using var machine = Machine(operation: operation);

        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => ReadAsync(machine, """{"text":"x"}"""));

        Assert.Equal(("parameters.times", 0), (error.Param, machine.Snapshot.Operations["echo"].CallsInFlight));
    }

    [Fact]
    public async Task Read_OperationsOwnCodeFails_502AndNothingOfItsException()
    {
        var operation = new FakeOperation { OnValidate = _ => throw new FormatException("the plugin's own text") };
        await using var machine = Machine(operation: operation);

        var error = await Assert.ThrowsAsync<ConductorException>(() => ReadAsync(machine, """{"text":"x"}"""));

        Assert.Equal((502, "operation_fault", 0), (error.Status, error.Code, machine.Snapshot.Operations["echo"].CallsInFlight));
        Assert.Null(error.InnerException);
        Assert.DoesNotContain("own text", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_RandomDamage_NeverAnythingButA400()
    {
        await using var machine = Machine();
        var random = new Random(20_262);
        var good = Encoding.UTF8.GetBytes("""{"text":"hi \ud83d\ude42","model":"m","max_tokens":9,"context":{"k":[1,"\u00e9"]},"parameters":{"times":2},"constraints":{"max_cost_cents":0.5},"options":{"timeout_ms":1500}}""");
        for (var i = 0; i < 20_000; i++)
        {
            var body = good.ToArray();
            for (var damage = random.Next(1, 4); damage > 0; damage--)
            {
                body[random.Next(body.Length)] = random.Next(3) == 0 ? (byte)random.Next(256) : good[random.Next(good.Length)];
            }

            try
            {
                await OperationCallReader.ReadAsync("echo", body, CallContext.New(), machine.Snapshot, CancellationToken.None);
            }
            catch (InvalidRequestException)
            {
                // the only way to fail
            }
        }
    }

    [Fact]
    public async Task Write_AnsweredCall_ExactlyThePromisedMembers()
    {
        var a = new FakeProvider("a").Failing(ProviderErrorKind.RateLimited);
        var b = new FakeProvider("b") { Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"x"}""")) };
        await using var machine = new TestMachine(TestMachine.Alias("fast", "a/m", "b/m"), [a, b], [new FakeOperation()]);
        var call = machine.Operation();

        var response = Write(call, await machine.SendAsync(call));

        Assert.Equal(["result", "metadata", "usage", "performance", "cost", "cost_status"], Names(response));
        Assert.Equal(["request_id", "operation", "provider_used", "model_used", "fallback_used", "fallback_reason", "cache_hit", "ab_variant", "notices"], Names(response.GetProperty("metadata")));
        Assert.Equal(["input_tokens", "output_tokens", "total_tokens", "cached_tokens"], Names(response.GetProperty("usage")));
        Assert.Equal(["queue_time_ms", "routing_time_ms", "provider_latency_ms", "post_processing_ms", "total_time_ms"], Names(response.GetProperty("performance")));
        Assert.Equal("""{"echo":"x"}""", response.GetProperty("result").GetRawText());
        var metadata = response.GetProperty("metadata");
        Assert.Equal((call.Context.RequestId, "echo", "b", "m"), (Text("request_id"), Text("operation"), Text("provider_used"), Text("model_used")));
        Assert.True(metadata.GetProperty("fallback_used").GetBoolean());
        Assert.Equal("rate_limit_exceeded", Text("fallback_reason"));
        Assert.False(metadata.GetProperty("cache_hit").GetBoolean());
        Assert.Equal(JsonValueKind.Null, metadata.GetProperty("ab_variant").ValueKind);
        Assert.Equal(8, response.GetProperty("usage").GetProperty("total_tokens").GetInt32());
        Assert.Equal((0.000_013m, "settled"), (response.GetProperty("cost").GetDecimal(), response.GetProperty("cost_status").GetString()));

        string? Text(string name) => metadata.GetProperty(name).GetString();
    }

    [Fact]
    public async Task Write_FromTheCacheAndUnknownPrice_SaysSo()
    {
        var a = new FakeProvider("a") { Models = [FakeProvider.Model("m") with { Price = null }], Answer = (_, _, _) => Task.FromResult(Replies.Text("""{"echo":"x"}""")) };
        await using var machine = new TestMachine(TestMachine.Alias("fast", "a/m"), [a], [new FakeOperation()]);
        var (first, second) = (machine.Operation(), machine.Operation());

        var made = Write(first, await machine.SendAsync(first));
        var found = Write(second, await machine.SendAsync(second));

        Assert.Equal((JsonValueKind.Null, "unknown"), (made.GetProperty("cost").ValueKind, made.GetProperty("cost_status").GetString()));
        Assert.Equal((0m, "settled"), (found.GetProperty("cost").GetDecimal(), found.GetProperty("cost_status").GetString()));
        Assert.True(found.GetProperty("metadata").GetProperty("cache_hit").GetBoolean());
        Assert.False(found.GetProperty("metadata").GetProperty("fallback_used").GetBoolean());
        Assert.Equal(JsonValueKind.Null, found.GetProperty("metadata").GetProperty("fallback_reason").ValueKind);
    }

    private static Task<OperationCall> ReadAsync(TestMachine machine, string body) =>
        OperationCallReader.ReadAsync("echo", Encoding.UTF8.GetBytes(body), CallContext.New(), machine.Snapshot, CancellationToken.None);

    private static TestMachine Machine(ConductorSettings? settings = null, FakeOperation? operation = null) =>
        new(settings, [new FakeProvider("a"), new FakeProvider("b"), new FakeProvider("c")], [operation ?? new FakeOperation()]);

    private static JsonElement Write(OperationCall call, OperationOutcome outcome)
    {
        var buffer = new ArrayBufferWriter<byte>();
        OperationResponseWriter.Write(buffer, call, outcome);
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(member => member.Name);
}
