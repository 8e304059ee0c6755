using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Conductor.Wire.OpenAI.Tests;

public sealed class SpliceTests
{
    [Theory]
    [InlineData("""{"model":"a","messages":[{}]}""", """{"model":"new","messages":[{}]}""")]
    [InlineData("""{ "x" : 1.0e2 , "model" : "a" }""", """{ "x" : 1.0e2 , "model" : "new" }""")]
    [InlineData("""{"provider":"p","model":"a"}""", """{"model":"new"}""")]
    [InlineData("""{"model":"a","provider":"p"}""", """{"model":"new"}""")]
    [InlineData("""{"model":"a" , "provider" : "p" }""", """{"model":"new"  }""")]
    [InlineData("""{"x":1,"provider":null,"model":"a"}""", """{"x":1,"model":"new"}""")]
    [InlineData("{}", """{"model":"new"}""")]
    [InlineData("""{"x":1}""", """{"model":"new","x":1}""")]
    [InlineData("""{"provider":"p"}""", """{"model":"new"}""")]
    [InlineData(""" { "provider" : "p" } """, """ {"model":"new"  } """)]
    [InlineData("""{"model":null}""", """{"model":"new"}""")]
    [InlineData("""{"model":"a","stream":false,"stream_options":null}""", """{"model":"new","stream":false,"stream_options":null}""")]
    [InlineData("""{"model":"a","stream":true}""", """{"stream_options":{"include_usage":true},"model":"new","stream":true}""")]
    [InlineData("""{"stream":true,"provider":"p"}""", """{"model":"new","stream_options":{"include_usage":true},"stream":true}""")]
    [InlineData("""{"provider":"p","stream":true}""", """{"model":"new","stream_options":{"include_usage":true},"stream":true}""")]
    [InlineData("""{"model":"a","stream":true,"stream_options":{"include_usage":true,"z":1}}""", """{"model":"new","stream":true,"stream_options":{"include_usage":true,"z":1}}""")]
    [InlineData("""{"model":"a","stream":true,"stream_options":{"include_usage":false,"z":1}}""", """{"model":"new","stream":true,"stream_options":{"z":1,"include_usage":true}}""")]
    [InlineData("""{"model":"a","stream":true,"stream_options":{}}""", """{"model":"new","stream":true,"stream_options":{"include_usage":true}}""")]
    [InlineData("""{"stream_options":null,"stream":true,"model":"a"}""", """{"stream_options":{"include_usage":true},"stream":true,"model":"new"}""")]
    public void Splice_Body_ChangesOnlyWhatItMust(string body, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(body);

        var spliced = OpenAISplice.Apply(bytes, OpenAIPeek.Read(bytes), "new");

        Assert.Equal(expected, Encoding.UTF8.GetString(spliced.Span));
    }

    [Fact]
    public void Splice_AnyOrderOfMembers_StaysOneJsonObjectWithTheSameRest()
    {
        string[] members = ["\"model\":\"a\"", "\"provider\":\"p\"", "\"stream\":true", "\"stream_options\":{\"include_usage\":false}", "\"keep\":[1,{\"model\":2}]"];
        foreach (var order in Permutations(members))
        {
            foreach (var separator in (string[])[",", " ,\r\n\t"])
            {
                for (var count = 0; count <= order.Length; count++)
                {
                    var body = Encoding.UTF8.GetBytes("{" + string.Join(separator, order.Take(count)) + "}");
                    var peek = OpenAIPeek.Read(body);

                    var after = JsonNode.Parse(OpenAISplice.Apply(body, peek, "quo\"te").Span)!.AsObject();

                    Assert.Equal("quo\"te", (string?)after["model"]);
                    Assert.False(after.ContainsKey("provider"));
                    Assert.Equal(peek.IsStreaming, (bool?)after["stream_options"]?["include_usage"] ?? false);
                    Assert.Equal(order.Take(count).Contains(members[4]), after.ContainsKey("keep"));
                }
            }
        }
    }

    private static IEnumerable<string[]> Permutations(string[] items)
    {
        if (items.Length <= 1)
        {
            yield return items;
            yield break;
        }

        for (var i = 0; i < items.Length; i++)
        {
            foreach (var rest in Permutations([.. items[..i], .. items[(i + 1)..]]))
            {
                yield return [items[i], .. rest];
            }
        }
    }
}
