using System.Text;
using Conductor.Calls;
using Conductor.Costing;
using Conductor.Errors;
using Conductor.Money;
using Conductor.Operations;
using Conductor.Providers;
using Conductor.Settings;
using Microsoft.Extensions.AI;

namespace Conductor.Core.Tests.Machine;

/// <summary>Operations that embedding models run: which members arrive, who may serve, what it costs, what is booked.</summary>
public sealed class EmbeddingOperationTests
{
    [Fact]
    public async Task Read_MembersOfItsOwnSchema_ArriveAndConductorsOwnDoNot()
    {
        await using var machine = Machine();

        var call = await ReadAsync(machine, """{"texts":["a","b"],"model":"v/e","parameters":{"dimensions":2}}""");

        Assert.Equal("""{"parameters":{"dimensions":2},"texts":["a","b"]}""", Encoding.UTF8.GetString(call.Payload.Span));
        Assert.Equal("v/e", call.Model);
        Assert.Equal(["a", "b"], call.Embedding!.Inputs!);
        Assert.Equal(2, call.Embedding.Dimensions);
    }

    [Fact]
    public async Task Read_MemberThatItsSchemaDoesNotName_400()
    {
        await using var machine = new TestMachine(operations: [new FakeOperation()]);

        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => OperationCallReader.ReadAsync(
            "echo", """{"texts":["a"]}"""u8.ToArray(), CallContext.New(), machine.Snapshot, CancellationToken.None));

        Assert.Equal(("texts", "unknown_field"), (error.Param, error.Code));
    }

    [Fact]
    public async Task Read_NoModelNamed_DefaultOfChatIsNotTaken()
    {
        await using var machine = Machine(new ConductorSettings { Defaults = new DefaultsSettings { Model = "chatty" } });

        Assert.Equal("auto", (await ReadAsync(machine, """{"text":"a"}""")).Model);
    }

    [Theory]
    [InlineData("""{"text":"12345"}""", 4, 50, "text")]
    [InlineData("""{"texts":["1234","12345"]}""", 4, 50, "texts[1]")]
    [InlineData("""{"texts":["1234",""]}""", 4, 50, "texts[1]")]
    [InlineData("""{"parameters":{"texts":["12345"]}}""", 4, 50, "parameters.texts[0]")]
    [InlineData("""{"texts":["12345"]}""", 50, 4, "texts[0]")]
    public async Task Read_TextLongerThanSettingsOrOperationAllow_400NamesIt(string request, int limit, int own, string field)
    {
        var settings = new ConductorSettings { Limits = new LimitsSettings { MaxEmbeddingTextLength = limit, MaxTextLength = 1_000 } };
        await using var machine = Machine(settings, new FakeEmbeddingOperation(maxTextLength: own));

        var error = await Assert.ThrowsAsync<InvalidRequestException>(() => ReadAsync(machine, request));

        Assert.Equal((field, "invalid_length"), (error.Param, error.Code));
        Assert.Contains("1 to 4.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_OperationsOwnCodeFails_502AndNoLeaseIsKept()
    {
        await using var machine = Machine(operation: new FakeEmbeddingOperation { OnRead = () => throw new FormatException("scripted") });

        var error = await Assert.ThrowsAsync<ConductorException>(() => ReadAsync(machine, """{"text":"a"}"""));

        Assert.Equal((502, "operation_fault"), (error.Status, error.Code));
        Assert.Equal(0, machine.Snapshot.Operations["vectors"].CallsInFlight);
    }

    [Fact]
    public async Task Send_Texts_OneQuestionAndItsUsageIsBooked()
    {
        var model = Embedder();
        await using var machine = Machine(providers: model);
        var call = await ReadAsync(machine, """{"texts":["a","b","c"]}""");

        var outcome = await machine.SendAsync(call);
        await call.DisposeAsync();

        Assert.Equal("""{"count":3,"model":"v/e","length":2}""", Encoding.UTF8.GetString(outcome.Result.Span));
        Assert.Equal(("v", "e", 1), (outcome.Provider, outcome.Model, model.Calls));
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal(("vectors", 7, 0, AttemptStatus.Succeeded), (row.Operation, row.Usage.InputTokens, row.Usage.OutputTokens, row.Status));
        Assert.Equal((NanoUsd.FromUsd(0.000007m), CostStatus.Settled), (row.Cost, row.CostStatus));
        machine.AssertIdle();
    }

    [Fact]
    public async Task Send_ModelLeavesANotice_CallerIsTold()
    {
        var model = Embedder();
        model.Embed = (texts, _) =>
        {
            var made = Replies.Vectors(texts.Count);
            EmbeddingNotices.Add(made, "Only half was read.");
            return Task.FromResult(made);
        };
        await using var machine = Machine(providers: model);

        var outcome = await machine.SendAsync(await ReadAsync(machine, """{"text":"a"}"""));

        Assert.Equal(["Only half was read."], outcome.Notices);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Send_DimensionsThatTheModelHasNot_NamedAsTheCallerWroteThem(bool isRefused)
    {
        var model = Embedder();
        if (isRefused)
        {
            model.Embed = (_, _) => throw new ProviderException(ProviderErrorKind.Unsupported, "Not that long.") { Param = "dimensions" };
        }

        await using var machine = Machine(providers: model);

        var error = await Assert.ThrowsAsync<ConductorException>(async () => await machine.SendAsync(await ReadAsync(machine, """{"text":"a","parameters":{"dimensions":3}}""")));

        Assert.Equal((400, "parameters.dimensions"), (error.Status, error.Param));
    }

    [Fact]
    public async Task Send_PayloadNobodyReadBefore_IsReadThen()
    {
        await using var machine = Machine(providers: Embedder());

        var outcome = await machine.SendAsync(machine.Operation("hello", operation: "vectors", model: "auto"));

        Assert.Equal("""{"count":1,"model":"v/e","length":2}""", Encoding.UTF8.GetString(outcome.Result.Span));
    }

    [Fact]
    public async Task Send_NoUsageStated_TextsAloneAreCounted()
    {
        var model = Embedder();
        model.Embed = (texts, _) => Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(texts.Select(_ => new Embedding<float>(new float[] { 1, 0 }))));
        await using var machine = Machine(providers: model);
        var call = await ReadAsync(machine, """{"text":"four words stand here","parameters":{"dimensions":2},"context":{"of":"no weight at all, however long it is"}}""");

        await machine.SendAsync(call);

        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((UsageEstimator.TextTokens("four words stand here"), 0, true), (row.Usage.InputTokens, row.Usage.OutputTokens, row.Usage.IsEstimated));
        Assert.Equal(CostStatus.Estimated, row.CostStatus);
    }

    [Fact]
    public async Task Route_Auto_TakesTheEmbeddingModelAndNoChatModel()
    {
        var chat = new FakeProvider("c") { Models = [FakeProvider.Model("m", ModelCapabilities.Chat)] };
        await using var machine = Machine(providers: [chat, Embedder()]);

        var outcome = await machine.SendAsync(await ReadAsync(machine, """{"text":"a"}"""));

        Assert.Equal(("v", 0), (outcome.Provider, chat.Calls));
    }

    [Fact]
    public async Task Route_ChatModelNamed_400SaysWhatItLacks()
    {
        var chat = new FakeProvider("c") { Models = [FakeProvider.Model("m", ModelCapabilities.Chat)] };
        await using var machine = Machine(providers: chat);

        var error = await Assert.ThrowsAsync<InvalidRequestException>(async () => await machine.SendAsync(await ReadAsync(machine, """{"text":"a","model":"c/m"}""")));

        Assert.Equal((400, "model_not_supported"), (error.Status, error.Code));
        Assert.Contains("neither runs vectors itself nor makes embeddings", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, chat.Calls);
    }

    [Fact]
    public async Task Route_NoEmbeddingModel_503SaysWhatToAdd()
    {
        await using var machine = Machine(providers: new FakeProvider("c") { Models = [FakeProvider.Model("m", ModelCapabilities.Chat)] });

        var error = await Assert.ThrowsAsync<ConductorException>(async () => await machine.SendAsync(await ReadAsync(machine, """{"text":"a"}""")));

        Assert.Equal((503, "no_model_available"), (error.Status, error.Code));
        Assert.Contains("No embedding model is configured", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Route_MaxCost_HoldsAgainstTheTextsAndNoAnswer()
    {
        // A dollar a million in, two out: ten tokens of text cost 0.001 cents, an answer of the usual assumed length would cost 0.8.
        await using var machine = Machine(providers: Embedder());
        var text = string.Join(' ', Enumerable.Repeat("word", 10));

        var outcome = await machine.SendAsync(await ReadAsync(machine, $$$"""{"text":"{{{text}}}","constraints":{"max_cost_cents":0.01}}"""));

        Assert.Equal("v", outcome.Provider);
        await Assert.ThrowsAsync<ConductorException>(async () => await machine.SendAsync(await ReadAsync(machine, $$$"""{"text":"{{{text}}}","constraints":{"max_cost_cents":0.0005}}""")));
    }

    public static TheoryData<float[][], string> WrongVectors => new()
    {
        { [], "upstream_invalid_response" },
        { [[1f], [2f]], "upstream_invalid_response" },
        { [[]], "upstream_invalid_response" },
        { [[float.NaN, 0]], "upstream_invalid_response" },
        { [[1f, 2f, 3f]], "unsupported_parameter" },
    };

    [Theory]
    [MemberData(nameof(WrongVectors))]
    public async Task Send_VectorsThatWereNotAskedFor_RefusedAndPaidFor(float[][] vectors, string code)
    {
        var model = Embedder();
        model.Embed = (_, _) => Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(vectors.Select(vector => new Embedding<float>(vector)))
        {
            Usage = new UsageDetails { InputTokenCount = 7 },
        });
        await using var machine = Machine(providers: model);
        var call = await ReadAsync(machine, """{"text":"a","parameters":{"dimensions":2}}""");

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(call));
        await call.DisposeAsync();

        Assert.Equal(code, error.Code);
        var row = Assert.Single(await machine.RowsAsync(call));
        Assert.Equal((AttemptStatus.Failed, 7), (row.Status, row.Usage.InputTokens));
        machine.AssertIdle();
    }

    [Fact]
    public async Task Send_FirstTargetFails_NextOneAnswers()
    {
        var down = new FakeProvider("d") { Models = [FakeProvider.Model("e", ModelCapabilities.Embeddings)] }.Failing(ProviderErrorKind.ServerError);
        await using var machine = Machine(providers: [down, Embedder()]);

        var outcome = await machine.SendAsync(await ReadAsync(machine, """{"text":"a"}"""));

        Assert.Equal(("v", 1), (outcome.Provider, down.Calls));
    }

    [Theory]
    [InlineData("throw", "operation_fault")]
    [InlineData("""{"count":0}""", "upstream_invalid_response")]
    [InlineData("{", "upstream_invalid_response")]
    public async Task Send_OperationWritesNoResult_FailsAndIsPaidFor(string result, string code)
    {
        var operation = new FakeEmbeddingOperation { OnWrite = _ => result == "throw" ? throw new FormatException("scripted") : result };
        await using var machine = Machine(operation: operation, providers: Embedder());
        var call = await ReadAsync(machine, """{"text":"a"}""");

        var error = await Assert.ThrowsAsync<ConductorException>(() => machine.SendAsync(call));

        Assert.Equal(code, error.Code);
        Assert.Equal(7, Assert.Single(await machine.RowsAsync(call)).Usage.InputTokens);
    }

    [Fact]
    public async Task Cache_SameTexts_AnsweredOnceOtherDimensionsAskedAnew()
    {
        var model = Embedder();
        await using var machine = Machine(providers: model);

        await machine.SendAsync(await ReadAsync(machine, """{"texts":["a"]}"""));
        var same = await ReadAsync(machine, """{"texts":["a"]}""");
        await machine.SendAsync(same);
        await machine.SendAsync(await ReadAsync(machine, """{"texts":["a"],"parameters":{"dimensions":2}}"""));

        Assert.True(same.IsCacheHit);
        Assert.Equal(2, model.Calls);
    }

    private static FakeProvider Embedder() => new("v") { Models = [FakeProvider.Model("e", ModelCapabilities.Embeddings)] };

    private static TestMachine Machine(ConductorSettings? settings = null, FakeEmbeddingOperation? operation = null, params FakeProvider[] providers) =>
        new(settings, providers, [operation ?? new FakeEmbeddingOperation()]);

    private static Task<OperationCall> ReadAsync(TestMachine machine, string request) =>
        OperationCallReader.ReadAsync("vectors", Encoding.UTF8.GetBytes(request), CallContext.New(), machine.Snapshot, CancellationToken.None);
}
