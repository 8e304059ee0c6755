using Conductor.Host.Composition;

namespace Conductor.Host.Tests.Http;

public class ListenAddressesTests
{
    [Theory]
    [InlineData("http://127.0.0.1:5080", "127.0.0.1:5080", true)]
    [InlineData("http://localhost:5080", "127.0.0.1:5080", true)]
    [InlineData("http://[::1]:5080", "[::1]:5080", true)]
    [InlineData("http://127.0.0.1:1;http://[::1]:2", "127.0.0.1:1 [::1]:2", true)]
    [InlineData("http://0.0.0.0:80", "0.0.0.0:80", false)]
    [InlineData("http://*:8080", "0.0.0.0:8080", false)]
    [InlineData("http://+:8080/", "0.0.0.0:8080", false)]
    [InlineData("http://[::]:8080", "[::]:8080", false)]
    [InlineData("http://127.0.0.1:1;http://0.0.0.0:2", "127.0.0.1:1 0.0.0.0:2", false)]
    public void TryParse_Url_EndpointsAndReach(string text, string endpoints, bool isLoopback)
    {
        var problem = ListenAddresses.TryParse(text, out var addresses);

        Assert.Null(problem);
        Assert.Equal(endpoints, string.Join(' ', addresses.Endpoints));
        Assert.Equal(isLoopback, addresses.AreLoopback);
    }

    [Theory]
    [InlineData("", "no address")]
    [InlineData("127.0.0.1:5080", "is not an address")]
    [InlineData("http://127.0.0.1:99999", "is not an address")]
    [InlineData("http://127.0.0.1:5080/v1", "no path")]
    [InlineData("http://gateway.example:5080", "names the host")]
    public void TryParse_WrongText_SaysWhat(string text, string says) =>
        Assert.Contains(says, ListenAddresses.TryParse(text, out _), StringComparison.Ordinal);
}
