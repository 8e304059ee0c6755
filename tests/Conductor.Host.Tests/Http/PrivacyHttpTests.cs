using System.Net;
using System.Text;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;

namespace Conductor.Host.Tests.Http;

/// <summary>Personal data over the wire: in every dialect, whole and streamed, from a target that speaks the caller's dialect and from one that does not.</summary>
public sealed class PrivacyHttpTests
{
    private const string Text = "Ask joe@example.com or +49 30 901820; card 4111 1111 1111 1111.";

    public static TheoryData<string, string> Surfaces => new()
    {
        { "/v1/chat/completions", """{"model":"fake/m","messages":[{"role":"user","content":"TEXT"}]}""" },
        { "/v1/chat/completions", """{"model":"fake/m","stream":true,"messages":[{"role":"user","content":"TEXT"}]}""" },
        { "/v1/completions", """{"model":"fake/m","prompt":"TEXT"}""" },
        { "/v1/responses", """{"model":"fake/m","input":"TEXT"}""" },
        { "/v1/responses", """{"model":"fake/m","input":"TEXT","stream":true}""" },
        { "/v1/messages", """{"model":"fake/m","max_tokens":99,"messages":[{"role":"user","content":"TEXT"}]}""" },
        { "/v1/messages", """{"model":"fake/m","max_tokens":99,"stream":true,"messages":[{"role":"user","content":"TEXT"}]}""" },
        { "/v1beta/models/fake/m:generateContent", """{"contents":[{"role":"user","parts":[{"text":"TEXT"}]}]}""" },
        { "/v1beta/models/fake/m:streamGenerateContent?alt=sse", """{"contents":[{"role":"user","parts":[{"text":"TEXT"}]}]}""" },
        { "/api/chat", """{"model":"fake/m","messages":[{"role":"user","content":"TEXT"}]}""" },
        { "/api/generate", """{"model":"fake/m","prompt":"TEXT","stream":false}""" },
        { "/v1/operations/response_generation", """{"model":"fake/m","text":"TEXT"}""" },
        { "/v1/operations/response_generation?stream=true", """{"model":"fake/m","text":"TEXT"}""" },
        { "/v1/operations/response_generation:batch", """{"model":"fake/m","inputs":["TEXT"]}""" },
    };

    [Theory]
    [MemberData(nameof(Surfaces))]
    public async Task Mask_BothWays_NeitherSideSeesIt(string path, string body)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Choose(request => request.Method == "POST" ? FakeReply.Text(Text) : FakeReply.Models("m")));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, "privacy: { prompts: mask, answers: mask }");

        using var response = await gateway.PostAsync(path, body.Replace("TEXT", Text, StringComparison.Ordinal));

        var answer = await response.Content.ReadAsStringAsync();
        var asked = upstream.Requests.Last(request => request.Method == "POST").BodyText;
        Assert.True(response.StatusCode == HttpStatusCode.OK, answer);
        Assert.All([answer, asked], side => Assert.DoesNotMatch("joe@|901820|1111", side.Replace("\\u0040", "@", StringComparison.OrdinalIgnoreCase)));
        Assert.Contains("[EMAIL]", asked, StringComparison.Ordinal);
        Assert.Contains("EMAIL", answer, StringComparison.Ordinal);
        Assert.Contains("CARD", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Mask_ToolArguments_InsideTheirJson(bool isStreaming)
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Choose(request => request.Method == "POST" ? FakeReply.ToolCalls(new FakeToolCall("call_1", "send", """{"to":"joe\u0040example.com","n":1}""")) : FakeReply.Models("m")));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, "privacy: { answers: mask }");

        using var response = await gateway.PostAsync("/v1/chat/completions", $$"""{"model":"fake/m","stream":{{(isStreaming ? "true" : "false")}},"messages":[{"role":"user","content":"hi"}]}""");

        var answer = await response.Content.ReadAsStringAsync();
        Assert.Contains("[EMAIL]", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("example.com", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mask_StreamCutEverywhere_SameBytesOfText()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, "privacy: { answers: mask }");
        const string text = "To joe@x.de now";
        for (var cut = 1; cut < text.Length; cut++)
        {
            upstream.Otherwise(FakeReply.Choose(request => request.Method == "POST" ? FakeReply.ByteByByte(FakeReply.Stream(FakeStream.Of(text[..cut], text[cut..]))) : FakeReply.Models("m")));

            using var response = await gateway.PostAsync("/v1/chat/completions", """{"model":"fake/m","stream":true,"messages":[{"role":"user","content":"hi"}]}""");
            var body = await response.Content.ReadAsStringAsync();

            var said = string.Concat(body.Split('\n').Where(line => line.StartsWith("data: {", StringComparison.Ordinal))
                .Select(line => System.Text.Json.JsonElement.Parse(Encoding.UTF8.GetBytes(line[6..])).GetProperty("choices"))
                .Where(choices => choices.GetArrayLength() > 0 && choices[0].GetProperty("delta").TryGetProperty("content", out _))
                .Select(choices => choices[0].GetProperty("delta").GetProperty("content").GetString()));
            Assert.Equal("To [EMAIL] now", said);
            Assert.EndsWith("data: [DONE]\n\n", body, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Block_Prompt_400InTheDialectsShape_Answer_LastEvent()
    {
        await using var upstream = await FakeUpstream.StartAsync();
        upstream.Otherwise(FakeReply.Choose(request => request.Method == "POST" ? FakeReply.Stream(FakeStream.Of("Ask ", "joe@example.com", " now")) : FakeReply.Models("m")));
        await using var gateway = await TestGateway.InFrontOfAsync(upstream.BaseUrl, "privacy: { prompts: block, answers: block }");

        using var refused = await gateway.PostAsync("/v1/chat/completions", """{"model":"fake/m","messages":[{"role":"user","content":"joe@example.com"}]}""");
        using var ended = await gateway.PostAsync("/v1/chat/completions", """{"model":"fake/m","stream":true,"messages":[{"role":"user","content":"hi"}]}""");

        await ErrorAssert.IsAsync(refused, 400, "invalid_request_error", "content_filter");
        var body = await ended.Content.ReadAsStringAsync();
        Assert.Contains("content_filter", body, StringComparison.Ordinal);
        Assert.DoesNotContain("joe", body, StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", body, StringComparison.Ordinal);
        Assert.Single(upstream.Requests, request => request.Method == "POST");
    }
}
