using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini.Tests;

public sealed class OtherShapesTests
{
    [Fact]
    public void Models_BothWays()
    {
        GeminiModel[] models =
        [
            new("gemini-x") { DisplayName = "X", Description = "d", Version = "001", InputTokenLimit = 1000, OutputTokenLimit = 100, Methods = ["generateContent", "countTokens"], Thinks = true },
            new("fast/er") { DisplayName = "fast/er", Methods = ["embedContent"] },
        ];

        var (read, next) = GeminiModelsReader.Read(Wire.Bytes(Wire.Text(output => GeminiModelsWriter.WriteList(output, models, "t2"))));

        Assert.Equal("t2", next);
        Assert.Equal(models.Select(Describe), read.Select(Describe));
        Wire.Same("""{"name":"models/a","displayName":"a","supportedGenerationMethods":[]}""", Wire.Json(output => GeminiModelsWriter.WriteModel(output, new GeminiModel("a"))));
        Assert.Empty(GeminiModelsReader.Read("{}"u8).Models);
        Assert.Throws<WireResponseException>(() => GeminiModelsReader.Read("""{"data":[]}"""u8));

        static string Describe(GeminiModel model) =>
            $"{model.Id}|{model.DisplayName}|{model.Description}|{model.Version}|{model.InputTokenLimit}|{model.OutputTokenLimit}|{string.Join(',', model.Methods)}|{model.Thinks}";
    }

    [Fact]
    public void Embeddings_Requests_AreRead()
    {
        var single = GeminiEmbeddingsReader.ReadSingle("""{"model":"models/e","content":{"parts":[{"text":"a"},{"text":"b"}]},"task_type":"RETRIEVAL_QUERY","output_dimensionality":64}"""u8);
        var batch = GeminiEmbeddingsReader.ReadBatch("""{"requests":[{"content":{"parts":[{"text":"a"}]},"outputDimensionality":8},{"content":{"parts":[{"text":"b"}]},"outputDimensionality":8}]}"""u8);

        Assert.Equal(("ab", 64, "taskType"), (single.Inputs.Single(), single.Dimensions, single.Extra.Single().Key));
        Assert.Equal(["a", "b"], batch.Inputs);
        Assert.Equal(8, batch.Dimensions);
    }

    [Theory]
    [InlineData("""{}""", "requests")]
    [InlineData("""{"requests":[]}""", "requests")]
    [InlineData("""{"requests":[{}]}""", "requests[0].content")]
    [InlineData("""{"requests":[{"content":{"parts":[{"text":""}]}}]}""", "requests[0].content.parts")]
    [InlineData("""{"requests":[{"content":{"parts":[{"inlineData":{}}]}}]}""", "requests[0].content.parts[0]")]
    [InlineData("""{"requests":[{"content":{"parts":[{"text":"a"}]}},{"content":{"parts":[{"text":"a"}]},"outputDimensionality":3}]}""", "requests[1].outputDimensionality")]
    public void Embeddings_WrongRequest_NamesTheMember(string body, string param) =>
        Assert.Equal(param, Assert.Throws<WireRequestException>(() => GeminiEmbeddingsReader.ReadBatch(Wire.Bytes(body))).Param);

    [Fact]
    public void Embeddings_BothWays()
    {
        var options = new EmbeddingGenerationOptions { Dimensions = 2, AdditionalProperties = new() { [GeminiEmbeddingsWriter.TaskTypeKey] = "CLUSTERING", ["user"] = "u" } };
        Wire.Same(
            """{"requests":[{"model":"models/e","content":{"parts":[{"text":"a"}]},"outputDimensionality":2,"taskType":"CLUSTERING"}]}""",
            Wire.Json(output => GeminiEmbeddingsWriter.WriteRequest(output, "e", ["a"], options)));

        foreach (var isBatch in new[] { true, false })
        {
            var (vectors, usage) = GeminiEmbeddingsReader.ReadResponse(Wire.Bytes(Wire.Text(output => GeminiEmbeddingsWriter.WriteResponse(output, [new[] { 1f, -0.5f }], isBatch, new WireUsage { InputTokens = 4 }))));

            Assert.Equal([1f, -0.5f], vectors.Single().ToArray());
            Assert.Equal(4, usage!.Value.InputTokens);
        }

        Assert.Throws<WireResponseException>(() => GeminiEmbeddingsReader.ReadResponse("{}"u8));
        Assert.Throws<WireResponseException>(() => GeminiEmbeddingsReader.ReadResponse("""{"embeddings":[{"values":["x"]}]}"""u8));
    }

    [Fact]
    public void CountTokens_BothWays()
    {
        Assert.Equal("hi", GeminiTokens.ReadRequest("""{"contents":[{"parts":[{"text":"hi"}]}]}"""u8).Messages.Single().Text);
        var whole = GeminiTokens.ReadRequest("""{"generate_content_request":{"model":"models/x","contents":[{"parts":[{"text":"hi"}]}],"systemInstruction":{"parts":[{"text":"s"}]}}}"""u8);
        Assert.Equal(2, whole.Messages.Count);
        Assert.Throws<WireRequestException>(() => GeminiTokens.ReadRequest("""{"contents":[],"generateContentRequest":{}}"""u8));
        Assert.Equal("models/x", (string?)Wire.Json(output => GeminiTokens.WriteRequest(output, "x", whole.Messages, null))["generateContentRequest"]!["model"]);
        Assert.Equal(12, GeminiTokens.ReadResponse(Wire.Bytes(Wire.Text(output => GeminiTokens.WriteResponse(output, 12)))));
        Assert.Equal(0, GeminiTokens.ReadResponse("{}"u8));
        Assert.Throws<WireResponseException>(() => GeminiTokens.ReadResponse("""{"totalTokens":"many"}"""u8));
    }
}
