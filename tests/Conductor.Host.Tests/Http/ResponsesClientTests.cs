using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;
using OpenAI;
using OpenAI.Responses;

namespace Conductor.Host.Tests.Http;

#pragma warning disable OPENAI001 // the client's own types of this API are marked as for evaluation

/// <summary>The official client for .NET and the Responses API, told nothing but the base URL.</summary>
public class ResponsesClientTests
{
    private const string Schema = """{"type":"object","properties":{"city":{"type":"string"}},"required":["city"],"additionalProperties":false}""";

    [Fact]
    public async Task Create_WholeThenByIdThenDeleted()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        var client = Client(gateway);

        ResponseResult first = await client.CreateResponseAsync("fake/m", "hi");
        ResponseResult second = await client.CreateResponseAsync("fake/m", "again", first.Id);

        Assert.Equal(("Hello from fake.", ResponseStatus.Completed), (first.GetOutputText(), first.Status));
        Assert.True(first.Usage.TotalTokenCount > 0);
        Assert.Equal(first.Id, second.PreviousResponseId);
        Assert.Contains("Hello from fake.", Encoding.UTF8.GetString(upstream.Requests[^1].Body), StringComparison.Ordinal);
        ResponseResult found = await client.GetResponseAsync(first.Id);
        Assert.Equal(first.GetOutputText(), found.GetOutputText());
        var items = new List<ResponseItem>();
        await foreach (var item in client.GetResponseInputItemsAsync(first.Id))
        {
            items.Add(item);
        }

        Assert.Equal("hi", Assert.IsAssignableFrom<MessageResponseItem>(Assert.Single(items)).Content[0].Text);
        ResponseDeletionResult deleted = await client.DeleteResponseAsync(first.Id);
        Assert.True(deleted.Deleted);
        Assert.Equal(404, (await Assert.ThrowsAsync<ClientResultException>(() => client.GetResponseAsync(first.Id))).Status);
    }

    [Fact]
    public async Task Create_Stream_EveryUpdateIsKnown()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        var updates = new List<StreamingResponseUpdate>();

        await foreach (var update in Client(gateway).CreateResponseStreamingAsync("fake/m", "hi"))
        {
            updates.Add(update);
        }

        Assert.Equal("Hello from fake.", string.Concat(updates.OfType<StreamingResponseOutputTextDeltaUpdate>().Select(update => update.Delta)));
        Assert.IsType<StreamingResponseCreatedUpdate>(updates[0]);
        Assert.Equal("Hello from fake.", Assert.IsType<StreamingResponseCompletedUpdate>(updates[^1]).Response.GetOutputText());
        Assert.Equal(Enumerable.Range(0, updates.Count), updates.Select(update => update.SequenceNumber));
    }

    [Fact]
    public async Task Tools_LoopWithTheItemsThemselves()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Choose(request => Encoding.UTF8.GetString(request.Body) is var body && body.Contains("\"tool\"", StringComparison.Ordinal)
            ? FakeReply.Text("22 degrees.")
            : FakeReply.ToolCalls(new FakeToolCall("call_1", "get_weather", """{"city":"Bern"}"""), new FakeToolCall("call_2", "get_weather", """{"city":"Basel"}"""))));
        await using var gateway = await TestGateway.StartAsync($$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free, models: [ m ] } }""");
        var options = new CreateResponseOptions("fake/m", [ResponseItem.CreateUserMessageItem("weather?")])
        {
            StoredOutputEnabled = false,
            Tools = { ResponseTool.CreateFunctionTool("get_weather", BinaryData.FromString(Schema), strictModeEnabled: true, "tells it") },
        };

        ResponseResult first = await Client(gateway).CreateResponseAsync(options);
        var calls = first.OutputItems.OfType<FunctionCallResponseItem>().ToList();
        foreach (var item in first.OutputItems)
        {
            options.InputItems.Add(item);
        }

        foreach (var call in calls)
        {
            options.InputItems.Add(ResponseItem.CreateFunctionCallOutputItem(call.CallId, "22"));
        }

        ResponseResult second = await Client(gateway).CreateResponseAsync(options);

        Assert.Equal(["call_1:{\"city\":\"Bern\"}", "call_2:{\"city\":\"Basel\"}"], calls.Select(call => $"{call.CallId}:{call.FunctionArguments}"));
        Assert.Equal("22 degrees.", second.GetOutputText());
    }

    [Fact]
    public async Task StructuredOutput_SchemaGoesOn()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Text("""{"city":"Bern"}"""));
        await using var gateway = await TestGateway.StartAsync($$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free, models: [ m ] } }""");
        var options = new CreateResponseOptions("fake/m", [ResponseItem.CreateUserMessageItem("which?")])
        {
            TextOptions = new ResponseTextOptions { TextFormat = ResponseTextFormat.CreateJsonSchemaFormat("place", BinaryData.FromString(Schema), jsonSchemaIsStrict: true) },
            MaxOutputTokenCount = 50,
            ReasoningOptions = new ResponseReasoningOptions { ReasoningEffortLevel = ResponseReasoningEffortLevel.Low },
        };

        ResponseResult answer = await Client(gateway).CreateResponseAsync(options);

        Assert.Equal("""{"city":"Bern"}""", answer.GetOutputText());
        var sent = System.Text.Json.JsonElement.Parse(upstream.Requests[^1].Body);
        var format = sent.GetProperty("response_format").GetProperty("json_schema");
        Assert.Equal(("place", true, "low"), (format.GetProperty("name").GetString(), format.GetProperty("strict").GetBoolean(), sent.GetProperty("reasoning_effort").GetString()));
    }

    [Fact]
    public async Task Stream_FailureInTheMiddle_IsAnErrorUpdateWithItsText()
    {
        var gate = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(new FakeStream().Role().Chunk("He").WaitFor(gate.Task).Reset()));
        await using var gateway = await TestGateway.StartAsync($$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free, models: [ m ] } }""");
        var updates = new List<StreamingResponseUpdate>();

        await foreach (var update in Client(gateway).CreateResponseStreamingAsync("fake/m", "hi"))
        {
            updates.Add(update);
            gate.TrySetResult();
        }

        var error = Assert.Single(updates.OfType<StreamingResponseErrorUpdate>());
        Assert.Equal("upstream_unreachable", error.Code);
        Assert.NotEmpty(error.Message);
        Assert.Equal(ResponseStatus.Failed, Assert.IsType<StreamingResponseFailedUpdate>(updates[^1]).Response.Status);
    }

    [Fact]
    public async Task Errors_AreTheClientsOwnException()
    {
        await using var gateway = await TestGateway.StartAsync();

        var error = await Assert.ThrowsAsync<ClientResultException>(() => Client(gateway).CreateResponseAsync("nobody/m", "hi"));

        Assert.Equal(404, error.Status);
        Assert.Contains("model_not_found", error.Message, StringComparison.Ordinal);
    }

    private static ResponsesClient Client(TestGateway gateway) => new(
        new ApiKeyCredential("none-needed"),
        new ResponsesClientOptions { Endpoint = new Uri(gateway.Address, "/v1"), RetryPolicy = new ClientRetryPolicy(maxRetries: 0) });
}
