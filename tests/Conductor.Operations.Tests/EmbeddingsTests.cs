using System.Text;
using System.Text.Json;
using Conductor.Schemas;

namespace Conductor.Operations.Tests;

public class EmbeddingsTests
{
    private static IEmbeddingOperation Operation => (IEmbeddingOperation)Loaded.Embeddings;

    [Theory]
    [InlineData("""{"text":"a"}""", null, "a")]
    [InlineData("""{"texts":["a","b"],"parameters":{"dimensions":2}}""", 2, "a", "b")]
    [InlineData("""{"parameters":{"texts":["b","a"]}}""", null, "b", "a")]
    public void Inputs_GoodRequest_AreItsTextsInOrder(string request, int? dimensions, params string[] texts)
    {
        Operation.Validate(Encoding.UTF8.GetBytes(request));
        var inputs = Operation.ReadInputs(Encoding.UTF8.GetBytes(request));

        Assert.Equal(texts, inputs.Texts);
        Assert.Equal(dimensions, inputs.Dimensions);
    }

    [Theory]
    [InlineData("{}", "text")]
    [InlineData("""{"parameters":{"dimensions":3}}""", "text")]
    [InlineData("""{"text":"a","texts":["b"]}""", "texts")]
    [InlineData("""{"text":"a","parameters":{"texts":["b"]}}""", "parameters.texts")]
    [InlineData("""{"texts":["a"],"parameters":{"texts":["b"]}}""", "parameters.texts")]
    public void Validate_NotExactlyOneOfTextAndTexts_NamesTheField(string request, string field)
    {
        var mistake = Assert.Throws<OperationRequestException>(() => Operation.Validate(Encoding.UTF8.GetBytes(request)));

        Assert.Equal(field, mistake.Field);
        Assert.Throws<OperationRequestException>(() => Operation.ReadInputs(Encoding.UTF8.GetBytes(request)));
    }

    [Fact]
    public void RequestSchema_257Texts_IsRefusedAnd256AreTaken()
    {
        var schema = JsonSchema.Compile(Operation.Descriptor.RequestSchema);

        Assert.Empty(schema.Validate(JsonSerializer.SerializeToElement(new { texts = Enumerable.Repeat("a", 256) })));
        Assert.Single(schema.Validate(JsonSerializer.SerializeToElement(new { texts = Enumerable.Repeat("a", 257) })));
    }

    [Theory]
    [InlineData("""{"text":"a"}""", """{"embeddings":[0.5,-1,1E-07],"model":"m/e","dimensions":3}""")]
    [InlineData("""{"texts":["a"]}""", """{"embeddings":[[0.5,-1,1E-07]],"model":"m/e","dimensions":3}""")]
    [InlineData("""{"parameters":{"texts":["a"]}}""", """{"embeddings":[[0.5,-1,1E-07]],"model":"m/e","dimensions":3}""")]
    public void Result_OneVector_ShapeFollowsTheRequest(string request, string expected)
    {
        var result = Operation.WriteResult([new float[] { 0.5f, -1, 1e-7f }], "m/e", Encoding.UTF8.GetBytes(request));

        Assert.Equal(expected, Encoding.UTF8.GetString(result.Span));
        Assert.Empty(Violations(result));
        var read = JsonSerializer.Deserialize(result.Span, OperationsJsonContext.Default.EmbeddingsResult)!;
        Assert.Equal([0.5f, -1, 1e-7f], Assert.Single(read.Embeddings.Vectors).ToArray());
        Assert.Equal(request.Contains("\"text\"", StringComparison.Ordinal), read.Embeddings.IsSingle);
    }

    [Fact]
    public void Result_SeveralVectors_KeepTheirOrder()
    {
        var result = Operation.WriteResult([new float[] { 1, 2 }, new float[] { 3, 4 }], "m/e", """{"texts":["a","b"]}"""u8.ToArray());

        Assert.StartsWith("""{"embeddings":[[1,2],[3,4]],""", Encoding.UTF8.GetString(result.Span), StringComparison.Ordinal);
        Assert.Empty(Violations(result));
    }

    private static IReadOnlyList<SchemaViolation> Violations(ReadOnlyMemory<byte> result)
    {
        using var document = JsonDocument.Parse(result);
        return JsonSchema.Compile(Operation.Descriptor.ResultSchema).Validate(document.RootElement);
    }
}
