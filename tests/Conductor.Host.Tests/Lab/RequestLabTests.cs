using System.Text;
using Conductor.Host.Lab.Requests;
using Conductor.Host.Lab.Wires;
using Conductor.Host.Tests.Support;

namespace Conductor.Host.Tests.Lab;

/// <summary>What `conductor lab requests` tries, in short; requests that failed once, for ever; and that it would not pass whatever came.</summary>
public sealed class RequestLabTests
{
    private static readonly string Executable = HostProcess.Executable;

    [Fact]
    public async Task Lab_BrokenRequests_NoFailureOfItsOwn()
    {
        var (code, output, error) = await HostProcess.RunAsync(["lab", "requests", "--requests", "1500", "--seed", "20261120"]);

        Assert.True(code == 0, $"{Executable}: {output}{error}");
        Assert.Contains("openai chat\t", output, StringComparison.Ordinal);
        Assert.Contains("0 kinds of failure, 0 other faults", error, StringComparison.Ordinal);
    }

    [Fact]
    public void SameSeed_MakesTheSameRequests()
    {
        var (one, other, third) = (new RequestMutator(7), new RequestMutator(7), new RequestMutator(8));
        for (var number = 0L; number < one.Right + 300; number += 7)
        {
            Assert.Equal(one.Make(number).Bytes, other.Make(number).Bytes);
        }

        Assert.Contains(Enumerable.Range(one.Right, 100), number => !one.Make(number).Bytes.AsSpan().SequenceEqual(third.Make(number).Bytes));
    }

    [Theory]
    [InlineData(500, "openai chat", true, false, true)]
    [InlineData(500, "openai chat", false, true, true)]
    [InlineData(502, "openai chat", true, false, true)]
    [InlineData(502, "openai chat", true, true, false)]
    [InlineData(0, "openai chat", true, false, true)]
    [InlineData(0, "openai chat", false, false, false)]
    [InlineData(505, "openai chat", false, false, false)]
    [InlineData(400, "openai chat", true, false, false)]
    [InlineData(200, "openai chat", true, false, false)]
    public void WrongWith_Answer_IsTold(int status, string kind, bool isWhole, bool mayFail, bool isWrong) =>
        Assert.Equal(isWrong, RequestLab.WrongWith(new LabRequest(kind, 1, [], isWhole, mayFail), new LabAnswer(status, "{}"u8.ToArray(), true)) is not null);

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", 200, "{}", true)]
    [InlineData("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 400 Bad\r\ncontent-length: 1\r\nconnection: close\r\n\r\nx", 400, "x", false)]
    [InlineData("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", 200, "abcde", true)]
    public void Parse_WholeAnswer_IsReadAndNothingBeforeItsEnd(string text, int status, string body, bool isKept)
    {
        var bytes = Encoding.ASCII.GetBytes(text);

        var answer = RequestConnection.Parse(bytes, isOver: false)!;

        Assert.Equal((status, body, isKept), (answer.Status, Encoding.ASCII.GetString(answer.Body), answer.IsKept));
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.True(RequestConnection.Parse(bytes.AsSpan(0, length), isOver: false) is null || text.StartsWith("HTTP/1.1 200 OK\r\ntransfer", StringComparison.Ordinal), $"taken for whole after {length} bytes");
        }
    }

    [Fact]
    public async Task Replay_KeptRequest_IsSentAgain()
    {
        using var folder = new TemporaryFolder();
        var request = "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{]"u8.ToArray();
        var file = KeptInputs.Keep(folder.Path, new WireFailure("openai chat", 3, request, "x"));

        var (code, _, error) = await HostProcess.RunAsync(["lab", "requests", "--replay", file]);

        Assert.True(code == 0, error);
        Assert.Contains("400: {", error, StringComparison.Ordinal);
    }
}
