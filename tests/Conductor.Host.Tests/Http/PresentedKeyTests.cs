using Conductor.Errors;
using Conductor.Host.Http;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Tests.Http;

public class PresentedKeyTests
{
    [Theory]
    [InlineData("authorization", "Bearer abc")]
    [InlineData("authorization", "bearer  abc ")]
    [InlineData("x-api-key", "abc")]
    [InlineData("api-key", "abc")]
    [InlineData("x-goog-api-key", "abc")]
    public void Read_AnyKnownHeader_TheKey(string header, string value) => Assert.Equal("abc", PresentedKey.Read(Request((header, value))));

    [Theory]
    [InlineData("authorization", "Basic abc")]
    [InlineData("authorization", "Bearer")]
    [InlineData("x-api-key", "")]
    [InlineData("cookie", "key=abc")]
    public void Read_NoKey_Null(string header, string value) => Assert.Null(PresentedKey.Read(Request((header, value))));

    [Fact]
    public void Read_SameKeyInTwoHeaders_TheKey() => Assert.Equal("abc", PresentedKey.Read(Request(("authorization", "Bearer abc"), ("x-api-key", "abc"))));

    [Fact]
    public void Read_DifferentKeys_Refused()
    {
        Assert.Equal(401, Assert.Throws<ConductorException>(() => PresentedKey.Read(Request(("authorization", "Bearer abc"), ("x-api-key", "abd")))).Status);
        Assert.Equal(401, Assert.Throws<ConductorException>(() => PresentedKey.Read(Request(("x-api-key", "abc"), ("x-api-key", "abd")))).Status);
    }

    [Theory]
    [InlineData("?key=abc")]
    [InlineData("?x=1&api_key=abc")]
    public void Read_KeyInUrl_RefusedWithReason(string query)
    {
        var request = Request();
        request.QueryString = new QueryString(query);

        var error = Assert.Throws<ConductorException>(() => PresentedKey.Read(request));

        Assert.Equal(401, error.Status);
        Assert.Contains("logs", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", error.Message, StringComparison.Ordinal);
    }

    private static HttpRequest Request(params (string Name, string Value)[] headers)
    {
        var request = new DefaultHttpContext().Request;
        foreach (var (name, value) in headers)
        {
            request.Headers.Append(name, value);
        }

        return request;
    }
}
