using System.Net;
using System.Text.Json;
using Conductor.Host.Tests.Support;
using Conductor.Storage;
using Conductor.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace Conductor.Host.Tests.Http;

/// <summary>A request that bears an Idempotency-Key is made once, however often it is sent.</summary>
public sealed class IdempotencyTests
{
    private const string Path = "/v1/chat/completions";
    private const string Chat = """{"model":"fake/m","messages":[{"role":"user","content":"hi"}]}""";
    private const string Streaming = """{"model":"fake/m","stream":true,"messages":[{"role":"user","content":"hi"}]}""";

    public static TheoryData<string, string> Surfaces => new()
    {
        { Path, Chat },
        { Path, Streaming },
        { "/openai/v1/completions", """{"model":"fake/m","prompt":"hi"}""" },
        { "/openai/deployments/fake/m/chat/completions", """{"messages":[{"role":"user","content":"hi"}]}""" },
        { "/v1/embeddings", """{"model":"fake/m","input":"hi"}""" },
        { "/v1/responses", """{"model":"fake/m","input":"hi"}""" },
        { "/v1/responses", """{"model":"fake/m","input":"hi","stream":true}""" },
        { "/v1/messages", """{"model":"fake/m","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}""" },
        { "/v1/messages", """{"model":"fake/m","max_tokens":9,"stream":true,"messages":[{"role":"user","content":"hi"}]}""" },
        { "/v1beta/models/fake/m:generateContent", """{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}""" },
        { "/v1beta/models/fake/m:streamGenerateContent?alt=sse", """{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}""" },
        { "/v1beta/models/fake/m:streamGenerateContent", """{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}""" },
        { "/api/chat", """{"model":"fake/m","messages":[{"role":"user","content":"hi"}]}""" },
        { "/api/generate", """{"model":"fake/m","prompt":"hi","stream":false}""" },
        { "/v1/operations/response_generation", """{"model":"fake/m","text":"hi"}""" },
        { "/v1/operations/response_generation?stream=true", """{"model":"fake/m","text":"hi"}""" },
        { "/v1/operations/response_generation:batch", """{"model":"fake/m","inputs":["hi","ho"]}""" },
    };

    [Theory]
    [MemberData(nameof(Surfaces))]
    public async Task Repeat_EverySurface_SameBytesNoSecondCallNoSecondRow(string path, string body)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, "cache: { enabled: false }");

        var first = await KeyedClient.SendAsync(gateway.Client, path, body, "k1");
        var calls = Calls(upstream);
        var booked = await AttemptsAsync(gateway);
        var again = await KeyedClient.SendAsync(gateway.Client, path, body, "k1");

        Assert.True(first.Status == HttpStatusCode.OK, first.Body);
        Assert.True(calls > 0);
        Assert.Null(first.Replayed);
        Assert.Equal("true", again.Replayed);
        Assert.Equal((first.Status, first.Body, first.ContentType), (again.Status, again.Body, again.ContentType));
        Assert.NotEqual(first.RequestId, again.RequestId);
        Assert.Equal(calls, Calls(upstream));
        Assert.Equal(booked, await AttemptsAsync(gateway));
    }

    [Fact]
    public async Task Twins_TwelveForEachOf200Keys_OneUpstreamCallEach()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var number = 0;
        upstream.Otherwise(FakeReply.Choose(request => request.Path.EndsWith("/chat/completions", StringComparison.Ordinal)
            ? FakeReply.Text($"answer {Interlocked.Increment(ref number)}") : FakeReply.Models("m")));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, "cache: { enabled: false }");

        var answers = await Task.WhenAll(Enumerable.Range(0, 200 * 12).Select(async i =>
        {
            return (Key: i % 200, Answer: await KeyedClient.SendAsync(gateway.Client, Path, Chat, $"key-{i % 200}")); // the key alone tells them apart
        }));

        Assert.Equal(200, Calls(upstream));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Answer.Status));
        Assert.All(answers.GroupBy(answer => answer.Key), group => Assert.Single(group.Select(answer => answer.Answer.Body).Distinct()));
        Assert.Equal(200, answers.Select(answer => answer.Answer.Body).Distinct().Count());
    }

    [Theory]
    [InlineData(64, false)]
    [InlineData(600, false)]
    [InlineData(64, true)]
    [InlineData(600, true)]
    public async Task Twins_ManyOnOneKey_OneCall(int callers, bool isStreaming)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Choose(request => !request.Path.EndsWith("/chat/completions", StringComparison.Ordinal) ? FakeReply.Models("m")
            : isStreaming ? FakeReply.Stream(new FakeStream().Role().Chunk("one ").WaitFor(gate.Task).Chunk("two").Finish().Done())
            : FakeReply.After(gate.Task, FakeReply.Text("one two"))));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        var sending = Enumerable.Range(0, callers).Select(_ => KeyedClient.SendAsync(gateway.Client, Path, isStreaming ? Streaming : Chat, "one")).ToList();
        await ChatTests.WaitForChatAsync(upstream);
        gate.SetResult();
        var answers = await Task.WhenAll(sending);

        Assert.Equal(1, Calls(upstream));
        Assert.Single(answers.Select(answer => (answer.Status, answer.Body)).Distinct());
        Assert.Equal(HttpStatusCode.OK, answers[0].Status);
        Assert.Equal(callers - 1, answers.Count(answer => answer.Replayed == "true"));
        Assert.Equal(1, await AttemptsAsync(gateway));
    }

    [Fact]
    public async Task Stream_TwinAttachesAtEveryChunk_HearsAllOfItFromTheBeginning()
    {
        const int chunks = 8;
        var gates = Enumerable.Range(0, chunks).Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).ToArray();
        var stream = new FakeStream().Role();
        for (var i = 0; i < chunks; i++)
        {
            stream = stream.Chunk($"piece{i}.").WaitFor(gates[i].Task);
        }

        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(stream.Finish().Done()));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        var readers = new List<(HttpResponseMessage Response, StreamReader Reader, List<string> Lines)>();
        for (var i = 0; i < chunks; i++)
        {
            var response = await gateway.Client.SendAsync(KeyedClient.Request(Path, Streaming, "s"), HttpCompletionOption.ResponseHeadersRead);
            readers.Add((response, new StreamReader(await response.Content.ReadAsStreamAsync()), []));
            foreach (var (_, reader, lines) in readers)
            {
                await ReadUntilAsync(reader, lines, $"piece{i}."); // the new one from its beginning, the old ones live
            }

            gates[i].SetResult();
        }

        var texts = new List<string>();
        foreach (var (response, reader, lines) in readers)
        {
            texts.Add(string.Join('\n', lines) + "\n" + await reader.ReadToEndAsync());
            response.Dispose();
        }

        Assert.Single(texts.Distinct());
        Assert.EndsWith("data: [DONE]\n\n", texts[0], StringComparison.Ordinal);
        Assert.Equal(1, Calls(upstream));
        Assert.Equal(texts[0], (await KeyedClient.SendAsync(gateway.Client, Path, Streaming, "s")).Body);
    }

    [Fact]
    public async Task Stream_FirstClientLeaves_GoesOnForTheTwin()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(new FakeStream().Role().Chunk("one").WaitFor(gate.Task).Chunk("two").Finish().Done()));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, "limits: { idempotency: { linger: 0s } }");

        var first = await gateway.Client.SendAsync(KeyedClient.Request(Path, Streaming, "s"), HttpCompletionOption.ResponseHeadersRead);
        var twin = await gateway.Client.SendAsync(KeyedClient.Request(Path, Streaming, "s"), HttpCompletionOption.ResponseHeadersRead);
        first.Dispose();
        using var reader = new StreamReader(await twin.Content.ReadAsStreamAsync());
        await ReadUntilAsync(reader, [], "one");
        gate.SetResult();
        var rest = await reader.ReadToEndAsync();

        Assert.Contains("two", rest, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", rest, StringComparison.Ordinal);
        Assert.Equal(1, Calls(upstream));
        twin.Dispose();
    }

    [Fact]
    public async Task Stream_EverybodyLeaves_CutAndToldAsInterrupted()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(FakeStream.Endless()));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, "limits: { idempotency: { linger: 0s } }");

        using (var response = await gateway.Client.SendAsync(KeyedClient.Request(Path, Streaming, "s"), HttpCompletionOption.ResponseHeadersRead))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            await ReadUntilAsync(reader, [], "word");
        }

        await ChatTests.Chat(upstream).Aborted.WaitAsync(TimeSpan.FromSeconds(5));
        using var again = await gateway.Client.SendAsync(KeyedClient.Request(Path, Streaming, "s"));

        var error = await ErrorAssert.IsAsync(again, 409, "invalid_request_error", "idempotency_interrupted");
        Assert.Equal("Idempotency-Key", error.GetProperty("param").GetString());
        Assert.Equal(1, Calls(upstream));
    }

    [Fact]
    public async Task Stream_ClientComesBack_HearsItFromTheBeginning()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Stream(new FakeStream().Role().Chunk("one").WaitFor(gate.Task).Chunk("two").Finish().Done()));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using (var response = await gateway.Client.SendAsync(KeyedClient.Request(Path, Streaming, "s"), HttpCompletionOption.ResponseHeadersRead))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
            await ReadUntilAsync(reader, [], "one");
        }

        var again = KeyedClient.SendAsync(gateway.Client, Path, Streaming, "s");
        gate.SetResult();

        Assert.Matches("one[\\s\\S]*two[\\s\\S]*\\[DONE\\]", (await again).Body);
        Assert.Equal(1, Calls(upstream));
    }

    [Theory]
    [InlineData("""{"model":"fake/m","messages":[{"role":"user","content":"ho"}]}""", Path, "messages")]
    [InlineData("""{"model":"fake/m","messages":[{"role":"user","content":"hi"}],"temperature":1}""", Path, "temperature")]
    [InlineData("""{"model":"fake/m"}""", Path, "messages")]
    [InlineData("""{ "model":"fake/m","messages":[{"role":"user","content":"hi"}]}""", Path, "body")]
    [InlineData(Chat, "/openai/v1/chat/completions", "path")]
    [InlineData(Chat, Path + "?x=1", "path")]
    [InlineData("not json", Path, "model")]
    public async Task Repeat_OtherRequest_422NamesWhatIsDifferent(string body, string path, string member)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        await KeyedClient.SendAsync(gateway.Client, Path, Chat, "k");

        using var other = await gateway.Client.SendAsync(KeyedClient.Request(path, body, "k"));

        await ErrorAssert.IsAsync(other, 422, "invalid_request_error", "idempotency_key_reused", member);
        Assert.Equal(1, Calls(upstream));
    }

    [Fact]
    public async Task Repeat_OtherHeaderThatChangesTheAnswer_422_OneThatDoesNot_Replay()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        await KeyedClient.SendAsync(gateway.Client, Path, Chat, "k", ("x-conductor-timeout-ms", "9000"));

        using var other = await gateway.Client.SendAsync(KeyedClient.Request(Path, Chat, "k", ("x-conductor-strict", "true")));
        var same = await KeyedClient.SendAsync(gateway.Client, Path, Chat, "k", ("x-conductor-timeout-ms", "8000"), ("x-conductor-metadata", """{"try":"2"}"""));

        await ErrorAssert.IsAsync(other, 422, "invalid_request_error", "idempotency_key_reused", "x-conductor-strict");
        Assert.Equal("true", same.Replayed);
    }

    [Fact]
    public async Task Twin_OtherBodyWhileTheFirstRuns_422AtOnce()
    {
        var gate = new TaskCompletionSource();
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.After(gate.Task, FakeReply.Text("late")));
        await using var gateway = await TestGateway.StartAsync($$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", models: [ m ], price: free } }""");

        var first = KeyedClient.SendAsync(gateway.Client, Path, Chat, "k");
        await ChatTests.WaitForChatAsync(upstream);
        using var other = await gateway.Client.SendAsync(KeyedClient.Request(Path, Streaming, "k"));
        gate.SetResult();

        await ErrorAssert.IsAsync(other, 422, "invalid_request_error", "idempotency_key_reused", "stream");
        Assert.Contains("late", (await first).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tenants_SameKey_AreTwoCalls_AndAnotherKeyOfTheTenantIsAnotherRequest()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.StartAsync(
            $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free } }""",
            tenants: """
            tenants: { acme: {}, globex: {} }
            keys:
              - { tenant: acme, name: a, key: acme-key-0123456789 }
              - { tenant: acme, name: b, key: acme-other-0123456789 }
              - { tenant: globex, name: g, key: globex-key-0123456789 }
            """);

        var mine = await KeyedClient.SendAsync(gateway.Client, Path, Chat, "k", ("authorization", "Bearer acme-key-0123456789"));
        var theirs = await KeyedClient.SendAsync(gateway.Client, Path, Chat, "k", ("authorization", "Bearer globex-key-0123456789"));
        using var other = await gateway.Client.SendAsync(KeyedClient.Request(Path, Chat, "k", ("authorization", "Bearer acme-other-0123456789")));

        Assert.Equal((HttpStatusCode.OK, null), (mine.Status, mine.Replayed));
        Assert.Equal((HttpStatusCode.OK, null), (theirs.Status, theirs.Replayed));
        await ErrorAssert.IsAsync(other, 422, "invalid_request_error", "idempotency_key_reused", "API key");
        Assert.Equal(2, Calls(upstream));
    }

    [Theory]
    [InlineData("")]
    [InlineData("TAB\there")]
    [InlineData("256")]
    public async Task Key_Malformed_400(string key)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        using var response = await gateway.Client.SendAsync(KeyedClient.Request(Path, Chat, key == "256" ? new string('k', 256) : key));

        await ErrorAssert.IsAsync(response, 400, "invalid_request_error", "invalid_value", "Idempotency-Key");
        Assert.Equal(0, Calls(upstream));
    }

    [Fact]
    public async Task Key_Of255Characters_IsTaken()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        Assert.Equal(HttpStatusCode.OK, (await KeyedClient.SendAsync(gateway.Client, Path, Chat, new string('~', 255))).Status);
    }

    [Fact]
    public async Task Failure_OfOurs_IsNotKept()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        var wrong = await KeyedClient.SendAsync(gateway.Client, Path, """{"model":"fake/m","messages":7}""", "k");
        var unknown = await KeyedClient.SendAsync(gateway.Client, Path, """{"model":"nobody/m","messages":[]}""", "k");
        var right = await KeyedClient.SendAsync(gateway.Client, Path, Chat, "k");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.OK, null), (wrong.Status, right.Status, right.Replayed));
        Assert.True((int)unknown.Status is 400 or 404);
    }

    [Theory]
    [InlineData(500, 502, false)]
    [InlineData(503, 503, false)]
    [InlineData(429, 429, false)]
    [InlineData(400, 400, true)]
    [InlineData(404, 404, true)]
    public async Task Failure_OfTheUpstream_KeptWhereItIsItsAnswer(int upstreamStatus, int status, bool isKept)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var isFailing = true;
        upstream.Otherwise(FakeReply.Choose(request => request.Path.EndsWith("/chat/completions", StringComparison.Ordinal)
            ? isFailing ? FakeReply.Error(upstreamStatus) : FakeReply.Text("mended") : FakeReply.Models("m")));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, "reliability: { max_attempts: 1 }");

        var failed = await KeyedClient.SendAsync(gateway.Client, Path, Chat, "k");
        isFailing = false;
        var again = await KeyedClient.SendAsync(gateway.Client, Path, Chat, "k");

        Assert.Equal(status, (int)failed.Status);
        Assert.Equal(isKept ? (failed.Body, "true") : (again.Body, null), (again.Body, again.Replayed));
        Assert.Equal(isKept ? 1 : 2, Calls(upstream));
    }

    [Fact]
    public async Task Failure_InsideAStream_ToldAndNotKept()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        var isFailing = true;
        upstream.Otherwise(FakeReply.Choose(request => !request.Path.EndsWith("/chat/completions", StringComparison.Ordinal) ? FakeReply.Models("m")
            : FakeReply.Stream(isFailing ? new FakeStream().Role().Chunk("part").Error() : FakeStream.Of("whole"))));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);

        var failed = await KeyedClient.SendAsync(gateway.Client, Path, Streaming, "k");
        isFailing = false;
        var again = await KeyedClient.SendAsync(gateway.Client, Path, Streaming, "k");

        Assert.Contains("\"error\"", failed.Body, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", failed.Body, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", again.Body, StringComparison.Ordinal);
        Assert.Null(again.Replayed);
    }

    [Fact]
    public async Task Restart_KeptAnswer_IsReplayed()
    {
        using var data = new TemporaryFolder();
        await using var upstream = await FakeUpstream.StartAsync();
        var yaml = $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free } }""";
        KeyedAnswer first;
        await using (var gateway = await TestGateway.StartAsync(yaml, data: data.Path))
        {
            first = await KeyedClient.SendAsync(gateway.Client, Path, Streaming, "k");
        }

        await using var next = await TestGateway.StartAsync(yaml, data: data.Path);
        var again = await KeyedClient.SendAsync(next.Client, Path, Streaming, "k");

        Assert.Equal((first.Body, "true"), (again.Body, again.Replayed));
        Assert.Equal(1, Calls(upstream));
    }

    [Fact]
    public async Task Kill_WhileItRan_ToldWhatWasBookedAndNeverMadeAgain_FinishedIsReplayed()
    {
        using var folder = new TemporaryFolder();
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Choose(request => !request.Path.EndsWith("/chat/completions", StringComparison.Ordinal) ? FakeReply.Models("m")
            : request.BodyText.Contains("hang", StringComparison.Ordinal) ? FakeReply.Hang() : FakeReply.Text("done")));
        var config = folder.Write("conductor.yaml", $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", price: free, models: [ m ] } }""");
        string[] arguments = ["serve", "--listen", "http://127.0.0.1:0", "--config", config, "--data", folder.Combine("data")];
        var hanging = Chat.Replace("hi", "hang", StringComparison.Ordinal);
        KeyedAnswer first;
        var host = HostProcess.Start(arguments);
        try
        {
            using var client = new HttpClient { BaseAddress = await host.WaitForAddressAsync() };
            first = await KeyedClient.SendAsync(client, Path, Chat, "finished");
            var running = KeyedClient.SendAsync(client, Path, hanging, "running");
            for (var count = 1; !upstream.Requests.Any(request => request.BodyText.Contains("hang", StringComparison.Ordinal)); count++)
            {
                await upstream.WaitForRequestAsync(count).WaitAsync(TimeSpan.FromSeconds(30));
            }

            host.Kill();
            await Assert.ThrowsAnyAsync<HttpRequestException>(() => running);
        }
        finally
        {
            host.Dispose();
        }

        using var next = HostProcess.Start(arguments);
        using var again = new HttpClient { BaseAddress = await next.WaitForAddressAsync() };
        var replayed = await KeyedClient.SendAsync(again, Path, Chat, "finished");
        using var interrupted = await again.SendAsync(KeyedClient.Request(Path, hanging, "running"));

        Assert.Equal((first.Body, "true"), (replayed.Body, replayed.Replayed));
        var error = await ErrorAssert.IsAsync(interrupted, 409, "invalid_request_error", "idempotency_interrupted");
        Assert.Contains("booked 1 attempt", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, Calls(upstream));
    }

    [Fact]
    public async Task Answer_TooLargeToKeep_GoesOutAndIsNotMadeAgain()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Text(new string('x', 20_000)));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, "limits: { idempotency: { max_answer: 10KiB } }");

        var whole = await KeyedClient.SendAsync(gateway.Client, Path, Chat, "w");
        var stream = await KeyedClient.SendAsync(gateway.Client, Path, Streaming, "s");
        using var wholeAgain = await gateway.Client.SendAsync(KeyedClient.Request(Path, Chat, "w"));
        using var streamAgain = await gateway.Client.SendAsync(KeyedClient.Request(Path, Streaming, "s"));

        Assert.Contains(new string('x', 20_000), whole.Body, StringComparison.Ordinal);
        Assert.EndsWith("data: [DONE]\n\n", stream.Body, StringComparison.Ordinal);
        await ErrorAssert.IsAsync(wholeAgain, 409, "invalid_request_error", "idempotency_not_kept");
        await ErrorAssert.IsAsync(streamAgain, 409, "invalid_request_error", "idempotency_not_kept");
        Assert.Equal(2, Calls(upstream));
    }

    [Fact]
    public async Task Store_CannotWrite_503AndNoCall()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, configure: services => services.AddSingleton<IIdempotencyStore>(new BrokenStore()));

        using var refused = await gateway.Client.SendAsync(KeyedClient.Request(Path, Chat, "k"));
        using var unkeyed = await gateway.PostAsync(Path, Chat);

        await ErrorAssert.IsAsync(refused, 503, "overloaded_error", "storage_full");
        Assert.Equal(HttpStatusCode.OK, unkeyed.StatusCode);
        Assert.Equal(1, Calls(upstream));
    }

    [Fact]
    public async Task Get_WithAKey_IsNotAsked()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.TryAddWithoutValidation("Idempotency-Key", "k");

        using var response = await gateway.Client.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task PostedAddresses_EitherMakeCallsOrNeverKeepAnswers()
    {
        await using var gateway = await TestGateway.StartAsync();
        var posts = gateway.App.Services.GetServices<Microsoft.AspNetCore.Routing.EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<Microsoft.AspNetCore.Routing.RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<Microsoft.AspNetCore.Routing.IHttpMethodMetadata>()?.HttpMethods.Contains("POST") == true).ToList();

        var others = posts.Where(endpoint => endpoint.Metadata.GetMetadata<Idempotency.CallEndpoints>() is null).Select(endpoint => endpoint.RoutePattern.RawText!).ToList();

        Assert.NotEmpty(posts);
        Assert.All(others, path => Assert.True(path == "/v1/estimate" || path.StartsWith("/admin/", StringComparison.Ordinal), $"{path} takes posts: does it make calls?"));
        Assert.DoesNotContain(posts.Except(posts.Where(endpoint => others.Contains(endpoint.RoutePattern.RawText!))), endpoint => endpoint.RoutePattern.RawText!.StartsWith("/admin", StringComparison.Ordinal));
    }

    internal static int Calls(FakeUpstream upstream) => upstream.Requests.Count(request => request.Method == "POST");

    private static async Task<long> AttemptsAsync(TestGateway gateway)
    {
        var writer = gateway.App.Services.GetRequiredService<LedgerWriter>();
        await writer.FlushAsync(CancellationToken.None);
        return (await gateway.App.Services.GetRequiredService<ILedgerStore>().TotalsAsync(CancellationToken.None)).Attempts;
    }

    private static async Task ReadUntilAsync(StreamReader reader, List<string> lines, string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await reader.ReadLineAsync(limit.Token) is { } line)
        {
            lines.Add(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        Assert.Fail($"The stream ended before '{text}'.");
    }

    private sealed class BrokenStore : IIdempotencyStore
    {
        public Task<IdempotencyRecord?> BeginAsync(IdempotencyRecord record, CancellationToken cancellationToken) => throw new StorageException("The disk is full.");

        public Task<int> CompleteAsync(IdempotencyRecord record, long maxTenantBytes, CancellationToken cancellationToken) => throw new StorageException("The disk is full.");

        public Task ForgetAsync(IdempotencyRecord record, CancellationToken cancellationToken) => throw new StorageException("The disk is full.");

        public Task<int> SweepAsync(CancellationToken cancellationToken) => Task.FromResult(0);
    }
}
