// Qpid Proton's C++ binding, driven against a Holdfast broker.
//
// usage: proton_client HOST:PORT USER PASSWORD QUEUE
//
// Sends five messages and takes them: accepts, rejects, releases and modifies (and gets those two
// again). Prints "ok all", or says what was wrong and ends with 1.

#include <iostream>
#include <map>
#include <string>

#include <proton/connection.hpp>
#include <proton/connection_options.hpp>
#include <proton/container.hpp>
#include <proton/delivery.hpp>
#include <proton/error_condition.hpp>
#include <proton/message.hpp>
#include <proton/message_id.hpp>
#include <proton/messaging_handler.hpp>
#include <proton/receiver.hpp>
#include <proton/receiver_options.hpp>
#include <proton/sender.hpp>
#include <proton/tracker.hpp>
#include <proton/transport.hpp>

namespace {

const int MESSAGES = 5;

class Client : public proton::messaging_handler {
 public:
  Client(std::string url, std::string user, std::string password, std::string queue)
      : url_(url), user_(user), password_(password), queue_(queue) {}

  void on_container_start(proton::container& container) override {
    proton::connection_options options;
    options.user(user_).password(password_).sasl_allow_insecure_mechs(true);
    options.sasl_allowed_mechs("PLAIN");
    connection_ = container.connect(url_, options);
    sender_ = connection_.open_sender(queue_);
  }

  void on_sendable(proton::sender& sender) override {
    while (sender.credit() > 0 && sent_ < MESSAGES) {
      proton::message message;
      message.id(proton::message_id("id-" + std::to_string(sent_)));
      message.body("message " + std::to_string(sent_));
      message.durable(true);
      message.properties().put("number", sent_);
      sender.send(message);
      sent_++;
    }
  }

  void on_tracker_accept(proton::tracker&) override {
    if (++accepted_ == MESSAGES) {
      connection_.open_receiver(queue_, proton::receiver_options().auto_accept(false));
    }
  }

  void on_message(proton::delivery& delivery, proton::message& message) override {
    std::string body = proton::get<std::string>(message.body());
    int times = ++seen_[body];
    if (body == "message 1") {
      delivery.reject();
    } else if (body == "message 2" && times == 1) {
      delivery.release();
    } else if (body == "message 3" && times == 1) {
      delivery.modify();
    } else {
      delivery.accept();
      done_++;
    }
    if (done_ == MESSAGES - 1) {
      expect(seen_["message 1"] == 1, "a rejected message does not come again");
      expect(seen_["message 2"] == 2, "a released message comes again");
      expect(seen_["message 3"] == 2, "a modified message comes again");
      finished_ = true;
      delivery.connection().close();
    }
  }

  void on_error(const proton::error_condition& error) override {
    expect(false, error.what());
  }

  void on_transport_close(proton::transport& transport) override {
    expect(finished_, "the connection ended early: " + transport.error().what());
  }

  bool good() const { return good_ && finished_; }

 private:
  void expect(bool holds, const std::string& what) {
    if (!holds) {
      std::cerr << "wrong: " << what << std::endl;
      good_ = false;
      connection_.close();
    }
  }

  std::string url_, user_, password_, queue_;
  proton::connection connection_;
  proton::sender sender_;
  std::map<std::string, int> seen_;
  int sent_ = 0, accepted_ = 0, done_ = 0;
  bool finished_ = false, good_ = true;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) {
    std::cerr << "usage: proton_client HOST:PORT USER PASSWORD QUEUE" << std::endl;
    return 2;
  }
  try {
    Client client(argv[1], argv[2], argv[3], argv[4]);
    proton::container(client).run();
    if (client.good()) {
      std::cout << "ok all" << std::endl;
      return 0;
    }
  } catch (const std::exception& e) {
    std::cerr << e.what() << std::endl;
  }
  return 1;
}
