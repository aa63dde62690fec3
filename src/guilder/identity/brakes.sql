-- count_attempt
select counted.pause, counted.attempts
from identity.brake_attempt(:brake, :key_hash, :free, :longest) as counted;

-- release_brake
select identity.release_brake(:brake, :key_hash);

-- take_back_attempt
select identity.take_back_attempt(:brake, :key_hash);

-- forget_brakes
select identity.forget_brakes();
