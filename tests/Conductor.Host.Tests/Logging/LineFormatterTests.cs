using System.Buffers;
using System.Text;
using System.Text.Json;
using Conductor.Host.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Conductor.Host.Tests.Logging;

public sealed class LineFormatterTests
{
    private static readonly FixedTime Time = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Failure_WithPersonalData_IsMaskedEverywhere(bool isJson)
    {
        LineFormatter formatter = isJson ? new JsonLineFormatter(Time) : new TextLineFormatter(Time);
        var output = new ArrayBufferWriter<byte>();
        KeyValuePair<string, object?>[] state = [new("Problem", "of joe@example.com"), new("numbers", new[] { "4111 1111 1111 1111" }), new("count", 4111111111111111)];
        var failure = new InvalidOperationException("no joe@example.com", new FormatException("+49 30 901820 is odd"));

        formatter.Write(output, new LogEntry<KeyValuePair<string, object?>[]>(LogLevel.Warning, "c", new EventId(1, "E"), state, failure, (_, _) => "told joe@example.com"));

        var line = Encoding.UTF8.GetString(output.WrittenSpan);
        Assert.DoesNotMatch("joe@|901820|1111 1111", line);
        Assert.Contains("told [EMAIL]", line, StringComparison.Ordinal);
        Assert.Contains("no [EMAIL]", line, StringComparison.Ordinal);
        if (isJson)
        {
            Assert.Equal(4111111111111111, JsonDocument.Parse(line).RootElement.GetProperty("count").GetInt64()); // a number of ours stays one
        }
    }

    [Fact]
    public void Json_StructuredFields_StandAtTheTopUnderTheirOwnNames()
    {
        var state = new List<KeyValuePair<string, object?>>
        {
            new("request_id", "req_1"), new("RetryAfter", TimeSpan.FromSeconds(1.5)), new("HTTPStatus", 200), new("cost", 0.00021435m), new("latency_ms", 1.25), new("cache_hit", true),
            new("start", new DateTimeOffset(2026, 11, 20, 7, 0, 0, TimeSpan.FromHours(1))), new("error_code", null),
            new("metadata", new Dictionary<string, string> { ["team"] = "blue" }), new("targets", new[] { "a", "b" }), new("{OriginalFormat}", "{request_id}"), new("summary", "text"),
        };

        using var line = Parse(Write(new JsonLineFormatter(Time), state, "the text"));

        var root = line.RootElement;
        Assert.Equal("2026-01-02T03:04:05.678Z", root.GetProperty("timestamp").GetString());
        Assert.Equal("info", root.GetProperty("level").GetString());
        Assert.Equal("Conductor.Telemetry.CallLog", root.GetProperty("category").GetString());
        Assert.Equal("CallEnded", root.GetProperty("event").GetString());
        Assert.Equal("the text", root.GetProperty("message").GetString());
        Assert.Equal("req_1", root.GetProperty("request_id").GetString());
        Assert.Equal(1.5, root.GetProperty("retry_after").GetDouble());
        Assert.Equal(200, root.GetProperty("http_status").GetInt32());
        Assert.Equal("0.00021435", root.GetProperty("cost").GetRawText());
        Assert.Equal(1.25, root.GetProperty("latency_ms").GetDouble());
        Assert.True(root.GetProperty("cache_hit").GetBoolean());
        Assert.Equal("2026-11-20T06:00:00.0000000Z", root.GetProperty("start").GetString());
        Assert.Equal(JsonValueKind.Null, root.GetProperty("error_code").ValueKind);
        Assert.Equal("blue", root.GetProperty("metadata").GetProperty("team").GetString());
        Assert.Equal(2, root.GetProperty("targets").GetArrayLength());
        Assert.False(root.TryGetProperty("summary", out _));
        Assert.False(root.TryGetProperty("{OriginalFormat}", out _));
    }

    [Fact]
    public void Json_FieldNamedLikeTheLinesOwn_DoesNotHideIt()
    {
        using var line = Parse(Write(new JsonLineFormatter(Time), [new("Level", "fake"), new("Message", "fake")], "real"));

        Assert.Equal("info", line.RootElement.GetProperty("level").GetString());
        Assert.Equal("real", line.RootElement.GetProperty("message").GetString());
        Assert.Equal("fake", line.RootElement.GetProperty("level_").GetString());
    }

    [Fact]
    public void Json_TextWithLineBreaksAndEscapes_IsStillOneLine()
    {
        var text = Write(new JsonLineFormatter(Time), [new("v", "a\r\nb\u001b[31m\u2028\"世界")], "x\ny");

        Assert.Single(text.TrimEnd('\n').Split('\n', '\r', '\u2028'));
        Assert.DoesNotContain('\u001b', text);
        using var line = Parse(text);
        Assert.Equal("a\r\nb\u001b[31m\u2028\"世界", line.RootElement.GetProperty("v").GetString());
    }

    [Fact]
    public void Json_NotANumber_IsText()
    {
        using var line = Parse(Write(new JsonLineFormatter(Time), [new("v", double.NaN)], "x"));

        Assert.Equal("NaN", line.RootElement.GetProperty("v").GetString());
    }

    [Theory]
    [InlineData(LogLevel.Warning, false)]
    [InlineData(LogLevel.Error, true)]
    public void Json_Exception_IsAChainAndHasAStackOnlyFromErrorsOn(LogLevel level, bool hasStack)
    {
        using var line = Parse(Write(new JsonLineFormatter(Time), [], "x", level, Thrown()));

        Assert.Equal("InvalidOperationException: outer <- FormatException: inner", line.RootElement.GetProperty("exception").GetString());
        Assert.Equal(hasStack, line.RootElement.TryGetProperty("stack", out _));
    }

    [Fact]
    public void Text_Information_IsTimeAndMessageInOneLine()
    {
        Assert.Equal("03:04:05 chat fast ok\n", Write(new TextLineFormatter(Time), [], "chat fast ok"));
    }

    [Fact]
    public void Text_Warning_SaysWhereItComesFromAndWhy()
    {
        Assert.Equal(
            "03:04:05 warning CallLog: cannot (InvalidOperationException: outer <- FormatException: inner)\n",
            Write(new TextLineFormatter(Time), [], "cannot", LogLevel.Warning, Thrown()));
    }

    [Fact]
    public void Text_ForgedLine_StaysInItsLine()
    {
        var text = Write(new TextLineFormatter(Time), [], "a\r\n03:04:05 forged\u001b[2J\u2028b");

        Assert.Equal("03:04:05 a  03:04:05 forged [2J b\n", text);
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("outer", new FormatException("inner"));
        }
        catch (InvalidOperationException failure)
        {
            return failure;
        }
    }

    private static string Write(
        LineFormatter formatter, List<KeyValuePair<string, object?>> state, string message, LogLevel level = LogLevel.Information, Exception? exception = null)
    {
        var line = new ArrayBufferWriter<byte>();
        var entry = new LogEntry<List<KeyValuePair<string, object?>>>(level, "Conductor.Telemetry.CallLog", new EventId(1, "CallEnded"), state, exception, (_, _) => message);
        formatter.Write(line, entry);
        return Encoding.UTF8.GetString(line.WrittenSpan);
    }

    private static JsonDocument Parse(string line) => JsonDocument.Parse(line);

    private sealed class FixedTime : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
    }
}
