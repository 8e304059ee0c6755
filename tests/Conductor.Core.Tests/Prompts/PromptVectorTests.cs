using System.Text.Json.Nodes;
using Conductor.Prompts;

namespace Conductor.Tests.Prompts;

public sealed class PromptVectorTests
{
    public static TheoryData<string> All => [.. PromptVectors.Keys];

    [Theory]
    [MemberData(nameof(All))]
    public void SemanticKernelMode_Vector_SameAsSemanticKernel(string key)
    {
        var result = PromptVectors.Run(key, PromptMode.SemanticKernel);

        AssertSame(PromptVectors.ExpectedOf(key), result);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void HardenedMode_Vector_SameOrListedAsDifferent(string key)
    {
        var result = PromptVectors.Run(key, PromptMode.Hardened);

        AssertSame(HardenedDifferences.Of(key) ?? PromptVectors.ExpectedOf(key), result);
    }

    private static void AssertSame(JsonObject expected, JsonObject actual) =>
        Assert.True(JsonNode.DeepEquals(expected, actual), $"expected {expected}\nactual   {actual}");
}
