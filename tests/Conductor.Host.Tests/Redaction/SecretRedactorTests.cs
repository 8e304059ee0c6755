using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using Conductor.Host.Logging;
using Conductor.Host.Redaction;
using Conductor.Host.Tests.Support;
using Conductor.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Conductor.Host.Tests.Redaction;

public sealed class SecretRedactorTests
{
    private const string Secret = "q8+Zx/\"7'&<é w0rd=";

    [Theory]
    [InlineData("key sk-abcdefghijklmnop1234 is wrong", "key *** is wrong")]
    [InlineData("Authorization: Bearer abc.def-ghi~jkl+mno/pqr= (sent)", "Authorization: Bearer *** (sent)")]
    [InlineData("bearer 0123456789abcdef", "bearer ***")]
    [InlineData("AKIAIOSFODNN7EXAMPLE.", "***.")]
    [InlineData("x=eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P;", "x=***;")]
    [InlineData("ck_live_a1b2c3d4_0123456789abcdefghijklmnop", "***")]
    [InlineData("AIzaSyA1234567890abcdefghijklmnopqrstu", "***")]
    [InlineData("{\"m\":\"\\u0022sk-abcdefghijklmnop1234\\n\"}", "{\"m\":\"\\u0022***\\n\"}")]
    [InlineData("\\nsk-abcdefghijklmnop1234", "\\n***")]
    [InlineData("sk-abcdefghijklmnop1 sk-abcdefghijklmnop2", "*** ***")]
    public void Clean_WhatLooksLikeAKey_IsHidden(string text, string expected) => Assert.Equal(expected, new SecretRedactor().Clean(text));

    [Theory]
    [InlineData("task-management-of-a-long-name-indeed")]
    [InlineData("Send it as 'Authorization: Bearer KEY'.")]
    [InlineData("sk-1234 is a key from an example")]
    [InlineData("AKIAIOSFODNN7EXAMPLE1")]
    [InlineData("eyJ is how they begin")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.short")]
    [InlineData("req_0123456789abcdef0123456789abcdef")]
    [InlineData("")]
    public void Clean_WhatIsNone_IsTheVeryText(string text) => Assert.Same(text, new SecretRedactor().Clean(text));

    [Fact]
    public void Clean_KnownSecret_IsHiddenAsItIsWrittenAnywhere()
    {
        var redactor = new SecretRedactor();
        redactor.Know([Secret, "short", "another-secret-1", "another-secret-1-longer"]);

        foreach (var written in new[] { Secret, JsonSerializer.Serialize(Secret).Trim('"'), Uri.EscapeDataString(Secret), Convert.ToBase64String(Encoding.UTF8.GetBytes(Secret)) })
        {
            Assert.Equal("a *** b", redactor.Clean($"a {written} b"));
            Assert.Equal("***", redactor.Clean(written));
            Assert.Equal("******", redactor.Clean(written + written));
        }

        Assert.Equal("***|***|another-secret-|short", redactor.Clean("another-secret-1-longer|another-secret-1|another-secret-|short"));
        Assert.Equal("Bearer ***", redactor.Clean("Bearer another-secret-1"));
    }

    [Fact]
    public void Clean_AnyTextWithASecretAnywhere_HasItNoMoreAndIsOtherwiseTheSame()
    {
        var redactor = new SecretRedactor();
        redactor.Know([Secret, "aaaaaaaaaaab"]);
        var random = new Random(4_711);
        for (var i = 0; i < 2_000; i++)
        {
            var (before, behind) = (Text(random), Text(random));

            Assert.Equal(before + "***" + behind, redactor.Clean(before + (i % 2 == 0 ? Secret : "aaaaaaaaaaab") + behind));
        }

        static string Text(Random random) => new([.. Enumerable.Range(0, random.Next(40)).Select(_ => "xyz .:{}é-"[random.Next(10)])]);
    }

    [Theory]
    [InlineData("eyJ")]
    [InlineData("eyJaaaaaaa.")]
    [InlineData("sk-")]
    [InlineData("Bearer ")]
    [InlineData("aaaaaaaaaaa")]
    [InlineData("q8+Zx/")]
    public void Clean_TextMadeToTakeLong_TakesAsLongAsItsLength(string piece)
    {
        var redactor = new SecretRedactor();
        redactor.Know([Secret, "aaaaaaaaaaab"]);
        var text = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, 4_000_000 / piece.Length)));

        // Nothing but an end: what grows by the square of four million letters has none.
        redactor.TryClean(text, new ArrayBufferWriter<byte>());
    }

    [Fact]
    public async Task Sinks_LogErrorsAndStatus_ShowNoKnownSecret()
    {
        const string Key = "operators-own-key-0123456789";
        using var output = new MemoryStream();
        await using var upstream = await FakeUpstream.StartAsync();
        await using (var gateway = await TestGateway.StartAsync(
            $$"""providers: { fake: { plugin: openai-compatible, base_url: "{{upstream.BaseUrl}}", keys: [ {{Key}} ], price: free } }""",
            configure: services => services.AddSingleton<ILoggerProvider>(provider => new LineLoggerProvider(
                new JsonLineFormatter(TimeProvider.System), new LineWriter(output, TimeSpan.Zero, _ => []), provider.GetRequiredService<SecretRedactor>()))))
        {
            gateway.App.Services.GetRequiredService<ILoggerFactory>().CreateLogger("A plugin's").LogError(new InvalidOperationException($"the key {Key} is wrong"), "It says {What}", $"Bearer {Key}");
            using var named = await gateway.PostAsync("/v1/chat/completions", $$"""{"model":"{{Key}}","messages":[{"role":"user","content":"x"}]}""");

            Assert.Equal(HttpStatusCode.NotFound, named.StatusCode);
            Assert.DoesNotContain(Key, await named.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            Assert.DoesNotContain(Key, await gateway.Client.GetStringAsync("/v1/status"), StringComparison.Ordinal);
        }

        var lines = Encoding.UTF8.GetString(output.ToArray());
        Assert.Contains("***", lines, StringComparison.Ordinal);
        Assert.DoesNotContain(Key, lines, StringComparison.Ordinal);
        Assert.All(lines.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => JsonDocument.Parse(line).Dispose());
    }

    [Fact]
    public void Span_WithASecret_GoesOutWithoutIt()
    {
        using var processor = new RedactingProcessor(new SecretRedactor());
        using var span = new Activity("chat sk-abcdefghijklmnop1234").Start();
        span.SetTag("gen_ai.request.model", "sk-abcdefghijklmnop1234").SetTag("gen_ai.usage.input_tokens", 3).SetStatus(ActivityStatusCode.Error, "Bearer 0123456789abcdef");

        processor.OnEnd(span);

        Assert.Equal("chat ***", span.DisplayName);
        Assert.Equal("***", span.GetTagItem("gen_ai.request.model"));
        Assert.Equal(3, span.GetTagItem("gen_ai.usage.input_tokens"));
        Assert.Equal("Bearer ***", span.StatusDescription);
    }
}
