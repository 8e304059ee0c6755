using System.Text.Json;
using Conductor.Host.Cli;

namespace Conductor.Host.Tests.Cli;

public sealed class ResultTextTests
{
    [Fact]
    public void Values_ALineEach() => Assert.Equal(
        ["intent: refund", "confidence: 0.9816", "language: (none)", "scores.positive: 0.13", "count: 3", "sure: true"],
        Lines("""{"intent":"refund","confidence":0.98163,"language":null,"scores":{"positive":0.13},"count":3,"sure":true}"""));

    [Fact]
    public void Texts_AreAList() => Assert.Equal(["key_points: - one", "key_points: - two"], Lines("""{"key_points":["one","two"]}"""));

    [Fact]
    public void Vector_ItsFirstEightNumbersAndHowMany()
    {
        var vector = string.Join(',', Enumerable.Range(1, 384).Select(i => $"{i}.123456"));

        Assert.Equal(
            ["embeddings: 1.1235, 2.1235, 3.1235, 4.1235, 5.1235, 6.1235, 7.1235, 8.1235, … (384 numbers)", "dimensions: 384"],
            Lines($$"""{"embeddings":[{{vector}}],"dimensions":384}"""));
    }

    [Fact]
    public void ShortVector_IsWhole() => Assert.Equal(["embeddings: 1, -2.5, 0, 1.25e-7"], Lines("""{"embeddings":[1,-2.5,0.0,1.25e-7]}"""));

    [Fact]
    public void Vectors_ALineEach_AndAtMostEight()
    {
        var two = Lines("""{"embeddings":[[1,2],[3,4]]}""");
        var twenty = Lines($$"""{"embeddings":[{{string.Join(',', Enumerable.Repeat("[1,2]", 20))}}]}""");

        Assert.Equal(["embeddings[0]: 1, 2", "embeddings[1]: 3, 4"], two);
        Assert.Equal((9, "embeddings: … (20 in all)"), (twenty.Length, twenty[^1]));
    }

    [Fact]
    public void Objects_AreATable_WithItsColumnsAligned() => Assert.Equal(
        [
            "entities:",
            "  text          type    value                           start_index  confidence",
            "  Anna Schmidt  person  Anna Schmidt                              4       0.782",
            "  $2.5 million  money   amount: 2500000, currency: USD           22        0.97",
            "text: Anna pays.",
        ],
        Lines(
            """
            {"entities":[
              {"text":"Anna Schmidt","type":"person","value":"Anna Schmidt","start_index":4,"confidence":0.782},
              {"text":"$2.5 million","type":"money","value":{"amount":2500000,"currency":"USD"},"start_index":22,"confidence":0.97}],
             "text":"Anna pays."}
            """));

    [Fact]
    public void Objects_WithDifferentMembers_LeaveGaps() => Assert.Equal(
        ["rows:", "  a  b", "  1", "     x"], Lines("""{"rows":[{"a":1},{"b":"x"}]}"""));

    [Fact]
    public void Cell_IsOneLineAndNotEndless()
    {
        var lines = Lines($$"""{"rows":[{"a":"one\ntwo\tthree"},{"a":"{{new string('é', 100)}}"}]}""");

        Assert.Equal(["rows:", "  a", "  one two three", "  " + new string('é', 59) + "…"], lines);
    }

    [Fact]
    public void NothingFound_IsSaid() => Assert.Equal(["entities: (none)", "text: x"], Lines("""{"entities":[],"text":"x"}"""));

    [Fact]
    public void CommandsToATerminal_AreTakenOut() => Assert.Equal(["text: [31mred]0;title\nnext"], Lines("""{"text":"\u001b[31mred\u001b]0;title\u0007\nnext"}"""));

    private static string[] Lines(string json) =>
        [.. ResultText.Lines(JsonElement.Parse(json)).Select(line => line.Name.Length == 0 ? line.Value : line.Value.Length == 0 ? line.Name : $"{line.Name} {line.Value}")];
}
